package main

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultLimit = 20
	maxLimit     = 100
	maxOffset    = 1_000_000
	maxBody      = 1 << 16
)

var sorts = []string{"id", "-id", "title", "-title"}

// api answers requests. Every handler returns an error instead of writing one, so errors look the same everywhere.
type api struct {
	store *Store
	token string
}

type page struct {
	Items  []Todo `json:"items"`
	Total  int    `json:"total"`
	Limit  int    `json:"limit"`
	Offset int    `json:"offset"`
}

// problem is an error answer of RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (p problem) Error() string { return p.Detail }

func refuse(status int, detail string) error {
	return problem{Title: http.StatusText(status), Status: status, Detail: detail}
}

// NewAPI routes requests to a store. With a token, every route under /todos asks for it.
func NewAPI(store *Store, token string) http.Handler {
	a := &api{store: store, token: token}
	mux := http.NewServeMux()
	mux.Handle("/todos", a.guarded(methods{"GET": a.list, "POST": a.create}))
	mux.Handle("/todos/{id}", a.guarded(methods{"GET": a.get, "PUT": a.replace, "PATCH": a.patch, "DELETE": a.remove}))
	mux.Handle("/", handler(func(http.ResponseWriter, *http.Request) error {
		return refuse(http.StatusNotFound, "there is nothing here")
	}))
	return mux
}

type handler func(http.ResponseWriter, *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	var known problem
	var invalid Invalid
	switch {
	case err == nil:
		return
	case errors.As(err, &known):
	case errors.As(err, &invalid):
		errors.As(refuse(http.StatusUnprocessableEntity, invalid.Error()), &known)
	case errors.Is(err, ErrNotFound):
		errors.As(refuse(http.StatusNotFound, err.Error()), &known)
	default:
		log.Printf("%s: %v", r.Method, err)
		errors.As(refuse(http.StatusInternalServerError, "this is our fault"), &known)
	}
	write(w, known.Status, "application/problem+json", known)
}

// methods are the handlers of one path.
type methods map[string]handler

func (a *api) guarded(known methods) http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		given := r.Header.Get("Authorization")
		if a.token != "" && subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+a.token)) == 0 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			return refuse(http.StatusUnauthorized, "send a valid token")
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		handle, found := known[method]
		if !found {
			w.Header().Set("Allow", known.allow())
			return refuse(http.StatusMethodNotAllowed, "this path does not know that method")
		}
		return handle(w, r)
	})
}

func (m methods) allow() string {
	names := []string{http.MethodHead}
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (a *api) list(w http.ResponseWriter, r *http.Request) error {
	query, err := readQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	items, total := a.store.List(query)
	return answer(w, http.StatusOK, page{Items: items, Total: total, Limit: query.Limit, Offset: query.Offset})
}

func (a *api) create(w http.ResponseWriter, r *http.Request) error {
	change, err := readBody(w, r, "title")
	if err != nil {
		return err
	}
	todo, err := a.store.Create(change)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/todos/%d", todo.ID))
	return answer(w, http.StatusCreated, todo)
}

func (a *api) get(w http.ResponseWriter, r *http.Request) error {
	todo, err := a.store.Get(pathID(r))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, todo)
}

func (a *api) replace(w http.ResponseWriter, r *http.Request) error {
	return a.update(w, r, func(todo *Todo) { todo.Description, todo.DueDate = nil, nil }, "title", "completed")
}

func (a *api) patch(w http.ResponseWriter, r *http.Request) error {
	return a.update(w, r, func(*Todo) {})
}

// update applies first and then what the body says, as one change.
func (a *api) update(w http.ResponseWriter, r *http.Request, first Change, required ...string) error {
	if _, err := a.store.Get(pathID(r)); err != nil {
		return err
	}
	change, err := readBody(w, r, required...)
	if err != nil {
		return err
	}
	todo, err := a.store.Update(pathID(r), func(todo *Todo) { first(todo); change(todo) })
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, todo)
}

func (a *api) remove(w http.ResponseWriter, r *http.Request) error {
	if err := a.store.Delete(pathID(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// pathID is the id in the path, or 0, which no todo has.
func pathID(r *http.Request) int64 {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 53)
	if err != nil {
		return 0
	}
	return int64(id)
}

func readBody(w http.ResponseWriter, r *http.Request, required ...string) (Change, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType, "send the body as application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("a body can have at most %d bytes", maxBody))
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the body cannot be read")
	}
	return readChange(body, required...)
}

func readQuery(raw string) (Query, error) {
	query := Query{Sort: "id"}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query, Invalid("the parameters cannot be understood")
	}
	if query.Limit, err = number(values, "limit", defaultLimit, 1, maxLimit); err != nil {
		return query, err
	}
	if query.Offset, err = number(values, "offset", 0, 0, maxOffset); err != nil {
		return query, err
	}
	if values.Has("completed") {
		text := values.Get("completed")
		if text != "true" && text != "false" {
			return query, Invalid("completed must be true or false")
		}
		completed := text == "true"
		query.Completed = &completed
	}
	if values.Has("sort") {
		query.Sort = values.Get("sort")
		if !slices.Contains(sorts, query.Sort) {
			return query, Invalid("sort must be one of " + strings.Join(sorts, ", "))
		}
	}
	return query, nil
}

func number(values url.Values, name string, otherwise, least, most int) (int, error) {
	if !values.Has(name) {
		return otherwise, nil
	}
	value, err := strconv.Atoi(values.Get(name))
	if err != nil || value < least || value > most {
		return 0, Invalid(fmt.Sprintf("%s must be a number from %d to %d", name, least, most))
	}
	return value, nil
}

func answer(w http.ResponseWriter, status int, value any) error {
	write(w, status, "application/json", value)
	return nil
}

func write(w http.ResponseWriter, status int, kind string, value any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		log.Printf("write an answer: %v", err)
	}
}

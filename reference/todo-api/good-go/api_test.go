package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func send(t *testing.T, api http.Handler, method, path, body string) (int, map[string]any) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, request)
	var answer map[string]any
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s: %v in %q", method, path, err, recorder.Body)
		}
	}
	return recorder.Code, answer
}

func newAPI(t *testing.T, path string) http.Handler {
	t.Helper()
	store, err := OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	return NewAPI(store, "")
}

func TestATodoIsMadeChangedAndDeleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "todos.json")
	api := newAPI(t, path)
	if status, todo := send(t, api, "POST", "/todos", `{"title": "Buy <milk>"}`); status != 201 || todo["title"] != "Buy <milk>" {
		t.Fatalf("made %d %v", status, todo)
	}
	if status, todo := send(t, api, "PATCH", "/todos/1", `{"due_date": "2030-01-15"}`); status != 200 || todo["due_date"] != "2030-01-15" {
		t.Fatalf("changed %d %v", status, todo)
	}
	if status, todo := send(t, newAPI(t, path), "GET", "/todos/1", ""); status != 200 || todo["due_date"] != "2030-01-15" {
		t.Fatalf("after a restart %d %v", status, todo)
	}
	if status, todo := send(t, api, "PUT", "/todos/1", `{"title": "x", "completed": true}`); status != 200 || todo["due_date"] != nil {
		t.Fatalf("replaced %d %v", status, todo)
	}
	if status, _ := send(t, api, "DELETE", "/todos/1", ""); status != 204 {
		t.Fatalf("deleted %d", status)
	}
	if status, _ := send(t, api, "GET", "/todos/1", ""); status != 404 {
		t.Fatalf("still there: %d", status)
	}
}

func TestInvalidBodiesAreRefused(t *testing.T) {
	api := newAPI(t, filepath.Join(t.TempDir(), "todos.json"))
	for _, body := range []string{
		``, `[]`, `null`, `{`, `{}`, `{"title": ""}`, `{"title": 5}`, `{"title": null}`, `{"title": "x", "completed": "true"}`,
		`{"title": "x", "due_date": "2030-02-30"}`, `{"title": "\ud800"}`, `{"title": "` + strings.Repeat("é", 201) + `"}`,
	} {
		if status, _ := send(t, api, "POST", "/todos", body); status != 422 {
			t.Errorf("%s is answered %d", body, status)
		}
	}
	if _, page := send(t, api, "GET", "/todos", ""); page["total"] != 0.0 {
		t.Errorf("something was stored: %v", page)
	}
}

func TestPagesShowEveryTodoOnce(t *testing.T) {
	api := newAPI(t, filepath.Join(t.TempDir(), "todos.json"))
	for i := range 5 {
		send(t, api, "POST", "/todos", fmt.Sprintf(`{"title": "%d", "completed": %t}`, 9-i, i%2 == 0))
	}
	_, page := send(t, api, "GET", "/todos?completed=true&sort=title&limit=2&offset=1", "")
	first := page["items"].([]any)[0].(map[string]any)
	if page["total"] != 3.0 || first["title"] != "7" {
		t.Errorf("got %v", page)
	}
}

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrNotFound says that there is no todo of that id.
var ErrNotFound = errors.New("there is no such todo")

// Store keeps todos in memory and writes every change to a file before it counts. It is safe for concurrent use.
type Store struct {
	mu    sync.RWMutex
	path  string
	state state
}

type state struct {
	NextID int64  `json:"next_id"`
	Todos  []Todo `json:"todos"` // in order of their ids
}

// Query chooses a page of todos.
type Query struct {
	Limit, Offset int
	Completed     *bool
	Sort          string
}

// OpenStore reads the file at path, or starts empty when there is none.
func OpenStore(path string) (*Store, error) {
	store := &Store{path: path, state: state{NextID: 1, Todos: []Todo{}}}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return store, nil
	}
	if err != nil {
		return nil, err
	}
	return store, json.Unmarshal(data, &store.state)
}

// Create adds a todo.
func (s *Store) Create(change Change) (Todo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().UTC()
	todo := Todo{ID: s.state.NextID, CreatedAt: now, UpdatedAt: now}
	change(&todo)
	todos := append(slices.Clone(s.state.Todos), todo)
	return todo, s.save(state{NextID: todo.ID + 1, Todos: todos})
}

// Get returns one todo, or ErrNotFound.
func (s *Store) Get(id int64) (Todo, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, found := s.find(id)
	if !found {
		return Todo{}, ErrNotFound
	}
	return s.state.Todos[at], nil
}

// Update changes one todo, or returns ErrNotFound.
func (s *Store) Update(id int64, change Change) (Todo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.find(id)
	if !found {
		return Todo{}, ErrNotFound
	}
	todos := slices.Clone(s.state.Todos)
	todo := &todos[at]
	change(todo)
	todo.UpdatedAt = time.Now().UTC()
	return *todo, s.save(state{NextID: s.state.NextID, Todos: todos})
}

// Delete removes one todo, or returns ErrNotFound.
func (s *Store) Delete(id int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.find(id)
	if !found {
		return ErrNotFound
	}
	todos := slices.Delete(slices.Clone(s.state.Todos), at, at+1)
	return s.save(state{NextID: s.state.NextID, Todos: todos})
}

// List returns a page, and how many todos there are in all.
func (s *Store) List(query Query) (items []Todo, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	items = make([]Todo, 0, len(s.state.Todos))
	for _, todo := range s.state.Todos {
		if query.Completed == nil || todo.Completed == *query.Completed {
			items = append(items, todo)
		}
	}
	slices.SortFunc(items, func(a, b Todo) int {
		order := 0
		if strings.HasSuffix(query.Sort, "title") {
			order = cmp.Compare(a.Title, b.Title)
		}
		order = cmp.Or(order, cmp.Compare(a.ID, b.ID))
		if strings.HasPrefix(query.Sort, "-") {
			return -order
		}
		return order
	})
	total = len(items)
	start := min(query.Offset, total)
	return items[start:min(start+query.Limit, total)], total
}

func (s *Store) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(s.state.Todos, id, func(todo Todo, id int64) int { return cmp.Compare(todo.ID, id) })
}

// save makes next the state once it is on disk. The file is replaced as a whole, so a crash leaves the old or the new.
func (s *Store) save(next state) error {
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path+".new", data, 0o600); err != nil {
		return err
	}
	if err := os.Rename(s.path+".new", s.path); err != nil {
		return err
	}
	s.state = next
	return nil
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxTitle       = 200
	maxDescription = 2000
)

// Todo is one thing to do, as stored and as answered.
type Todo struct {
	ID          int64     `json:"id"`
	Title       string    `json:"title"`
	Description *string   `json:"description"`
	Completed   bool      `json:"completed"`
	DueDate     *string   `json:"due_date"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Invalid says what a client must change.
type Invalid string

func (i Invalid) Error() string { return string(i) }

// Change is a set of fields to write. What was not sent stays as it is.
type Change func(*Todo)

// readChange reads the fields of a body; those in required must be there.
func readChange(body []byte, required ...string) (Change, error) {
	if !utf8.Valid(body) {
		return nil, Invalid("the body is not UTF-8")
	}
	if loneSurrogate(body) {
		return nil, Invalid("the body holds half of a character")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, Invalid("the body is no JSON object")
	}
	for _, name := range required {
		if _, sent := fields[name]; !sent {
			return nil, Invalid(name + " is missing")
		}
	}
	var changes []Change
	for _, field := range writable {
		raw, sent := fields[field.name]
		if !sent {
			continue
		}
		change, err := field.read(raw)
		if err != nil {
			return nil, Invalid(fmt.Sprintf("%s %v", field.name, err))
		}
		changes = append(changes, change)
	}
	return func(todo *Todo) {
		for _, change := range changes {
			change(todo)
		}
	}, nil
}

// writable are the fields that a client may set.
var writable = []struct {
	name string
	read func(json.RawMessage) (Change, error)
}{
	{"title", readTitle},
	{"description", readDescription},
	{"completed", readCompleted},
	{"due_date", readDueDate},
}

func readTitle(raw json.RawMessage) (Change, error) {
	title, err := readText(raw, maxTitle)
	if err != nil || title == nil || *title == "" {
		return nil, fmt.Errorf("must be a text of 1 to %d characters", maxTitle)
	}
	return func(todo *Todo) { todo.Title = *title }, nil
}

func readDescription(raw json.RawMessage) (Change, error) {
	description, err := readText(raw, maxDescription)
	if err != nil {
		return nil, fmt.Errorf("must be null or a text of at most %d characters", maxDescription)
	}
	return func(todo *Todo) { todo.Description = description }, nil
}

func readCompleted(raw json.RawMessage) (Change, error) {
	var completed *bool
	if err := json.Unmarshal(raw, &completed); err != nil || completed == nil {
		return nil, Invalid("must be true or false")
	}
	return func(todo *Todo) { todo.Completed = *completed }, nil
}

func readDueDate(raw json.RawMessage) (Change, error) {
	date, err := readText(raw, len(time.DateOnly))
	if err == nil && date != nil {
		_, err = time.Parse(time.DateOnly, *date)
	}
	if err != nil {
		return nil, Invalid("must be null or a date such as 2030-01-15")
	}
	return func(todo *Todo) { todo.DueDate = date }, nil
}

// readText reads null or a text of at most longest characters.
func readText(raw json.RawMessage, longest int) (*string, error) {
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, err
	}
	if text != nil && utf8.RuneCountInString(*text) > longest {
		return nil, Invalid("is too long")
	}
	return text, nil
}

// loneSurrogate tells whether an escape such as \ud800 stands alone. encoding/json would read it as U+FFFD, and what is
// read back would not be what was sent.
func loneSurrogate(body []byte) bool {
	sent := bytes.Count(body, []byte("\uFFFD")) + bytes.Count(bytes.ToLower(body), []byte(`\ufffd`))
	read := 0
	for decoder := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := decoder.Token()
		if err != nil {
			return read > sent
		}
		if text, ok := token.(string); ok {
			read += strings.Count(text, "\uFFFD")
		}
	}
}

// Command todo-api serves todos over HTTP and keeps them in a file.
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	store, err := OpenStore(filepath.Join(cmp.Or(os.Getenv("DATA_DIR"), "data"), "todos.json"))
	if err != nil {
		log.Fatalf("open the store: %v", err)
	}
	server := &http.Server{
		Addr:              ":" + cmp.Or(os.Getenv("PORT"), "8000"),
		Handler:           NewAPI(store, os.Getenv("API_TOKEN")),
		ReadHeaderTimeout: 5 * time.Second,
	}
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	go func() {
		<-stop.Done()
		grace, done := context.WithTimeout(context.Background(), 3*time.Second)
		defer done()
		if err := server.Shutdown(grace); err != nil {
			log.Printf("shut down: %v", err)
		}
	}()
	log.Printf("listening on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

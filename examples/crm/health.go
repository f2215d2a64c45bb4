package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A health remembers whether the database could be written.
type health struct {
	mu      sync.Mutex
	checked time.Time
	err     error
}

const (
	healthPeriod  = time.Second     // at most one check within
	healthTimeout = 6 * time.Second // longer than SQLite waits for a lock
)

// check calls write and returns its error. Within a second after a call it returns
// the error of that one, and so does everybody who comes during a call.
func (h *health) check(ctx context.Context, write func(context.Context) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.checked) < healthPeriod {
		return h.err
	}
	// Others get the answer too, so it must not depend on one client's patience.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	h.err = write(ctx)
	h.checked = time.Now()
	return h.err
}

// getHealth reports whether requests can be served, and interactions stored.
func (s *service) getHealth(w http.ResponseWriter, r *http.Request) {
	if err := s.health.check(r.Context(), s.checkDatabase); err != nil {
		answerProblem(w, &problem{Status: http.StatusServiceUnavailable, Detail: "The database cannot be written."})
		return
	}
	_ = answer(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

func (s *service) checkDatabase(ctx context.Context) error {
	err := s.store.tryRow(ctx)
	if err != nil {
		s.log.Error("the database cannot be written", "error", err)
	}
	return err
}

// tryRow writes a row and deletes it. Both are committed, so that the row needs the
// space on the disk that an interaction does. Its text is longer than a page of
// either database, and cannot be compressed.
func (s *store) tryRow(ctx context.Context) error {
	var filler strings.Builder
	for filler.Len() < 8<<10 {
		filler.WriteString(rand.Text())
	}
	if _, err := s.write.ExecContext(ctx, "INSERT INTO health (filler) VALUES ($1)", filler.String()); err != nil {
		return err
	}
	// This also deletes what a service left that ended between the two statements.
	_, err := s.write.ExecContext(ctx, "DELETE FROM health")
	return err
}

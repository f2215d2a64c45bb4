package lsp

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPanic: a method that panics fails alone, and its stack is in the log of the client.
func TestPanic(t *testing.T) {
	const starts, goes = "test/starts", "test/goes"
	methods[starts] = func(*Server, json.RawMessage) (Call, error) { panic("at the start") }
	methods[goes] = func(*Server, json.RawMessage) (Call, error) {
		return func(context.Context) (any, error) { panic("in the call") }, nil
	}
	t.Cleanup(func() {
		delete(methods, starts)
		delete(methods, goes)
	})
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, nil, false)
		logged := func(want string) {
			t.Helper()
			last := s.told[len(s.told)-1]
			if !strings.HasPrefix(last, `window/logMessage {"type":1,"message":"`+want) || !strings.Contains(last, "goroutine ") {
				t.Errorf("the client was told %s, want %s and the stack", last, want)
			}
		}
		for method, value := range map[string]string{starts: "at the start", goes: "in the call"} {
			_, err := s.try(method, nil)
			want := method + " failed because of a mistake in the language server: " + value
			if e, ok := err.(*Error); !ok || e.Code != CodeInternal || e.Message != want {
				t.Errorf("%s: got %v, want %s", method, err, want)
			}
			logged(want)
		}
		s.lookForFindings(&unit{stop: func() {}, view: &view{}}) // without a snapshot
		time.Sleep(s.options.Delay)
		synctest.Wait()
		logged("the search for findings failed because of a mistake in the language server: ")
		s.open("untitled:a", "model")
		if got := s.problems("untitled:a"); got == "" {
			t.Error("the server does not work any more")
		}
	})
}

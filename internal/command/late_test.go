package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A lateContext is done once it has been looked at some number of times.
type lateContext struct {
	context.Context
	left atomic.Int64
}

func (c *lateContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestLateInterrupt: whenever a command is interrupted, it says so and leaves no part
// of a file behind: the file has all results, or is as it was.
func TestLateInterrupt(t *testing.T) {
	setUp(t)
	interrupted, done := 0, false
	for n := int64(0); !done; n++ {
		if n > 10_000 {
			t.Fatal("the command looks at its context without end")
		}
		write(t, "out.csv", "old")
		ctx := &lateContext{Context: t.Context()}
		ctx.left.Store(n)
		var out, errs bytes.Buffer
		status := leadscoreCommand.run(ctx, streams{strings.NewReader(""), &out, &errs}, strings.Fields("score --data data --as-of 2026-06-01 --format csv -o out.csv coffee.score"))
		text, err := os.ReadFile("out.csv")
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case status == statusOK && strings.Count(string(text), "\n") == 9:
			done = true
		case status == statusInterrupted && string(text) == "old" && strings.HasSuffix(errs.String(), "leadscore score: interrupted\n"):
			interrupted++
		default:
			t.Errorf("after %d looks: status %d, %q, %s", n, status, text, errs.String())
		}
		if left, _ := filepath.Glob(".*.tmp"); len(left) > 0 || out.Len() > 0 {
			t.Fatalf("after %d looks: left behind %q, printed %q", n, left, out.String())
		}
	}
	if interrupted < 10 {
		t.Errorf("interrupted %d times only", interrupted)
	}
}

package command

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A lockedText is what a command prints while a test runs.
type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds text.
func (p *lockedText) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(text)
}

// take returns the text since it was called last.
func (p *lockedText) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.text.Reset()
	return p.text.String()
}

// TestWatch: check and test run again when a file changes, appears or goes, and only then.
func TestWatch(t *testing.T) {
	setUp(t)
	write(t, "p/leadscore.json", `{"rules": ["rules/*.score"], "schema": "crm.score"}`)
	write(t, "p/crm.score", files["schema.score"])
	write(t, "p/rules/a.score", "")
	write(t, "p/notes.txt", "")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var out, errs lockedText
		status := make(chan int, 1)
		began := func(args ...string) {
			go func() { status <- leadscoreCommand.run(ctx, streams{strings.NewReader(""), &out, &errs}, args) }()
		}
		// next returns what the command printed in the last minute, which begins with change.
		next := func(change func()) string {
			change()
			time.Sleep(time.Minute)
			synctest.Wait()
			return out.take() + errs.take()
		}
		nothing := func() {}
		began("check", "--watch", "p")
		for _, step := range []struct {
			change func()
			want   string
		}{
			{nothing, "leadscore check: exit status 0; waiting for changes\n"},
			{nothing, ""},
			{func() { write(t, "p/notes.txt", "more") }, ""},
			{func() {
				write(t, "p/rules/b.score", "model \"B\" {\n    target contact\n    condition \"C\" { each EmailOpened score +1 }\n}\n")
			},
				"\n== p/rules/b.score changed ==\np/rules/b.score:3:26: unknown entity EmailOpened\n"},
			{func() { write(t, "p/crm.score", files["schema.score"]+"interaction EmailOpened {\n}\n") }, "\n== p/crm.score changed ==\nleadscore check: exit status 0; waiting for changes\n"},
			{func() { write(t, "p/leadscore.json", `{"rules": "rules/*.score"`) }, "\n== p/leadscore.json changed ==\np/leadscore.json:1:26: this is not JSON"},
			{func() {
				write(t, "p/leadscore.json", `{"rules": "rules/a.score"}`)
				if err := os.Remove("p/rules/b.score"); err != nil {
					t.Fatal(err)
				}
			}, "\n== p/leadscore.json and p/rules/b.score changed ==\nleadscore check: exit status 0; waiting for changes\n"},
		} {
			if got := next(step.change); !strings.HasPrefix(got, step.want) || step.want == "" && got != "" || strings.Count(got, "exit status") > 1 {
				t.Fatalf("got\n%s\nwant\n%s", got, step.want)
			}
		}
		cancel()
		if got, text := <-status, errs.take(); got != statusInterrupted || text != "leadscore check: interrupted\n" {
			t.Errorf("status %d, %q", got, text)
		}

		ctx, cancel = context.WithCancel(t.Context())
		began("test", "--watch", "-v", "coffee.score", "passing.test")
		if got := next(nothing); got != "ok    Coffee: Two emails\n1 test passed\nleadscore test: exit status 0; waiting for changes\n" {
			t.Errorf("got\n%s", got)
		}
		if got := next(func() { write(t, "passing.test", files["failing.test"]) }); !strings.Contains(got, "0 failed") && !strings.Contains(got, "1 failed") || !strings.Contains(got, "== passing.test changed ==\n") || !strings.Contains(got, "exit status 1") {
			t.Errorf("got\n%s", got)
		}
		cancel()
		<-status
	})
	for args, want := range map[string]string{
		"check --watch --format json coffee.score": "choose one of --watch and --format json",
		"test --watch -": "--watch watches files, and - is standard input",
		"test --watch":   "name at least one rule file or folder",
	} {
		if out, errs, status := call(t, "", strings.Fields(args)...); status != statusUsage || !strings.Contains(errs, want) || out != "" {
			t.Errorf("%s: status %d, %q", args, status, errs)
		}
	}
}

func TestChangeBetween(t *testing.T) {
	one, two := stamp{size: 1}, stamp{size: 2}
	for _, test := range []struct {
		before, now map[string]stamp
		want        string
	}{
		{map[string]stamp{"a": one, "b": one}, map[string]stamp{"a": two, "b": one}, "a changed"},
		{map[string]stamp{"a": one, "b": one}, map[string]stamp{"c": two}, "a, b and c changed"},
		{nil, map[string]stamp{"a": one, "b": one, "c": one, "d\n": one, "e": one}, "a, b, c and 2 others changed"},
	} {
		if got := changeBetween(test.before, test.now); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

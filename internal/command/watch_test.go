package command

import (
	"bytes"
	"context"
	"maps"
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

// A watching is a command that runs with --watch.
type watching struct {
	out, err lockedText
	cancel   func()
	status   chan int
}

// watch starts a command with --watch. It must be called in a bubble.
func watch(t *testing.T, args ...string) *watching {
	ctx, cancel := context.WithCancel(t.Context())
	w := &watching{cancel: cancel, status: make(chan int, 1)}
	go func() { w.status <- leadscoreCommand.run(ctx, streams{strings.NewReader(""), &w.out, &w.err}, args) }()
	return w
}

// next returns what the command printed in the last minute, which begins with change.
func (w *watching) next(change func()) string {
	change()
	time.Sleep(time.Minute)
	synctest.Wait()
	return w.out.take() + w.err.take()
}

// end interrupts the command and returns its status.
func (w *watching) end() int {
	w.cancel()
	return <-w.status
}

// TestWatch: check and test run again when a file changes, appears or goes, and only then.
func TestWatch(t *testing.T) {
	setUp(t)
	write(t, "p/leadscore.json", `{"rules": ["rules/*.score"], "schema": "crm.score"}`)
	write(t, "p/crm.score", files["schema.score"])
	write(t, "p/rules/a.score", "")
	write(t, "p/notes.txt", "")
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, "check", "--watch", "p")
		nothing := func() {}
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
			if got := w.next(step.change); !strings.HasPrefix(got, step.want) || step.want == "" && got != "" || strings.Count(got, "exit status") > 1 {
				t.Fatalf("got\n%s\nwant\n%s", got, step.want)
			}
		}
		if got, text := w.end(), w.err.take(); got != statusInterrupted || text != "leadscore check: interrupted\n" {
			t.Errorf("status %d, %q", got, text)
		}

		w = watch(t, "test", "--watch", "-v", "coffee.score", "passing.test")
		if got := w.next(nothing); got != "ok    Coffee: Two emails\n1 test passed\nleadscore test: exit status 0; waiting for changes\n" {
			t.Errorf("got\n%s", got)
		}
		if got := w.next(func() { write(t, "passing.test", files["failing.test"]) }); !strings.Contains(got, "0 failed") && !strings.Contains(got, "1 failed") || !strings.Contains(got, "== passing.test changed ==\n") || !strings.Contains(got, "exit status 1") {
			t.Errorf("got\n%s", got)
		}
		w.end()
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

// TestWatchWhatCounts: rule files of a project count whatever their names, and files below a folder that is a
// link.
func TestWatchWhatCounts(t *testing.T) {
	setUp(t)
	write(t, "p/leadscore.json", `{"rules": ["*.rules", ".more/*.score"]}`)
	write(t, "p/a.rules", "")
	write(t, "p/.more/b.score", "")
	write(t, "p/.more/notes.txt", "")
	write(t, "records/Lead.csv", "id\n")
	write(t, "rules/c.score", "")
	for to, from := range map[string]string{"records": "crm", "rules": "link"} {
		if err := os.Symlink(to, from); err != nil {
			t.Skipf("there are no symbolic links: %v", err)
		}
	}
	const waits = "waiting for changes\n"
	synctest.Test(t, func(t *testing.T) {
		for _, run := range []struct {
			args  []string
			steps map[string]string // the file that is written, and what is reported
		}{
			{[]string{"test", "--watch", "p"}, map[string]string{
				"p/a.rules": "p/a.rules", "p/.more/b.score": "p/.more/b.score", "p/new.rules": "p/new.rules",
				"p/.more/notes.txt": "",
			}},
			{[]string{"check", "--watch", "--data", "crm", "link"}, map[string]string{"rules/c.score": "link/c.score", "records/Lead.csv": "crm/Lead.csv"}},
		} {
			w := watch(t, run.args...)
			if got := w.next(func() {}); !strings.HasSuffix(got, waits) {
				t.Errorf("%s: got\n%s", run.args, got)
			}
			for file, want := range run.steps {
				got := w.next(func() { write(t, file, "id\n\n// "+strings.Join(run.args, " ")+"\n") })
				if want == "" && got != "" || want != "" && (!strings.HasPrefix(got, "\n== "+want+" changed ==\n") || !strings.HasSuffix(got, waits)) {
					t.Errorf("%s: after a change of %s: got\n%s", run.args, file, got)
				}
			}
			w.end()
		}
	})
}

// TestWatchDuringRun: what is made or removed while the command runs is a change, also if the project
// names other files than before.
func TestWatchDuringRun(t *testing.T) {
	old, edited := stamp{size: 1}, stamp{size: 2}
	for _, test := range []struct{ name, seen, then, now, want string }{
		{"the same", "a", "a", "a", "a"},
		{"made", "a", "a b", "a b", "a"},
		{"removed", "a b", "a", "a", "a b"},
		{"edited", "a", "a!", "a!", "a"},
		{"watched now", "a", "a", "a b", "a b"},
		{"not watched any more", "a b", "a b", "a", "a"},
	} {
		stamps := func(list string) map[string]stamp {
			m := map[string]stamp{}
			for name := range strings.FieldsSeq(list) {
				m[strings.TrimSuffix(name, "!")] = old
				if strings.HasSuffix(name, "!") {
					m[strings.TrimSuffix(name, "!")] = edited
				}
			}
			return m
		}
		if got := rebased(stamps(test.seen), stamps(test.then), stamps(test.now)); !maps.Equal(got, stamps(test.want)) {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
	setUp(t)
	write(t, "rules/a.score", "")
	synctest.Test(t, func(t *testing.T) {
		made := false
		var out lockedText
		ctx, cancel := context.WithCancel(t.Context())
		// The first run ends with a line on standard error, at which another file is made: it was not
		// there when the run began.
		errs := writerFunc(func(text []byte) (int, error) {
			if !made {
				made = true
				write(t, "rules/b.score", "model")
			}
			return out.Write(text)
		})
		status := make(chan int, 1)
		go func() {
			status <- leadscoreCommand.run(ctx, streams{strings.NewReader(""), &out, errs}, []string{"check", "--watch", "rules"})
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := out.take(); !strings.Contains(got, "== rules/b.score changed ==\nrules/b.score:1:") {
			t.Errorf("got\n%s", got)
		}
		cancel()
		<-status
	})
}

// A writerFunc is an [io.Writer].
type writerFunc func([]byte) (int, error)

// Write calls f.
func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

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

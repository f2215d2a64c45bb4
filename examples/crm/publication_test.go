package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/sqlstore"
)

// Variables of a service that stops in a window of a publication, for ever: which window it
// is, and the file that it makes once it is there.
const (
	stopVariable  = "CRM_TEST_STOP"
	reachVariable = "CRM_TEST_REACHED"
)

// The windows of a publication: it has passed all that it is checked for; its entry is
// written, but not committed; the entry is committed, but readers have the former version,
// and the client has no answer.
const (
	beforeCommit = "before the commit"
	withinCommit = "within the commit"
	afterCommit  = "after the commit"
)

// stopInPublication makes a service stop in the window that the variable names.
func stopInPublication() {
	window := os.Getenv(stopVariable)
	if window == "" {
		return
	}
	plain := logOf
	logOf = func(s *store) registry.Store { return &windowed{plain(s), s, window} }
}

// A windowed store stops in a window of the publications of one author.
type windowed struct {
	registry.Store
	db     *store
	window string
}

const stoppedAuthor = "stopped in a window"

func (w *windowed) Append(ctx context.Context, number int64, entry []byte) error {
	if !bytes.Contains(entry, []byte(`"action":"publish","author":"`+stoppedAuthor)) {
		return w.Store.Append(ctx, number, entry)
	}
	if w.window == beforeCommit {
		w.stop()
	}
	err := w.db.change(ctx, func(tx *sql.Tx) error {
		err := sqlstore.New(tx, sqlstore.Options{}).Append(ctx, number, entry)
		if err == nil && w.window == withinCommit {
			w.stop()
		}
		return err
	})
	if err == nil && w.window == afterCommit {
		w.stop()
	}
	return err
}

// stop tells the test and waits to be killed.
func (w *windowed) stop() {
	if err := os.WriteFile(os.Getenv(reachVariable), nil, 0o600); err != nil {
		panic(err)
	}
	select {}
}

// TestKilledWhilePublishing kills the service in each window of a publication. Until then
// it serves on by the former version; after a restart it is the one that the log says: the
// new one if it was committed. LEADSCORE_KILLS says how often.
func TestKilledWhilePublishing(t *testing.T) {
	rounds := 1
	if text := os.Getenv(killsVariable); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killsVariable, err)
		}
		rounds = max(rounds/3, 1)
	}
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "20")
		kills := map[string]int{}
		steps := []string{} // that the log must have: publications by version
		for round := range rounds {
			for _, window := range []string{beforeCommit, withinCommit, afterCommit} {
				name := fmt.Sprintf("v%d-%s", round, strings.Fields(window)[0])
				committed := killPublication(t, flags, window, name, 20+round%2)
				if committed {
					steps = append(steps, name)
				}
				if committed != (window == afterCommit) {
					t.Fatalf("a kill %s: committed %t", window, committed)
				}
				kills[window]++
			}
		}
		db := openStore(t, flags)
		s := newTestService(t, flags, db)
		for e, err := range s.registry.History(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Action == registry.ActionPublish && e.Author == stoppedAuthor {
				if len(steps) == 0 || steps[0] != e.Version {
					t.Fatalf("the log has %s, and should have %q", e, steps)
				}
				steps = steps[1:]
			}
		}
		if len(steps) > 0 {
			t.Errorf("the log lacks %q", steps)
		}
		t.Logf("kills: %v", kills)
	})
}

// killPublication starts the service, has it publish a version, and kills it in a window. It
// reports whether the version is live after a restart, and checks that nothing else is.
func killPublication(t *testing.T, flags []string, window, name string, points int) (live bool) {
	t.Helper()
	reached := filepath.Join(t.TempDir(), "reached")
	t.Setenv(stopVariable, window)
	t.Setenv(reachVariable, reached)
	p := startProcess(t, flags...)
	t.Setenv(stopVariable, "")
	before := versionAt(t, p.url)
	files, err := versionRules(points)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"name": name, "author": "ada", "files": files})
	if err != nil {
		t.Fatal(err)
	}
	postOK(t, p.url+"/versions", string(body))
	go func() { // which gets no answer
		response, err := http.Post(p.url+"/versions/"+name+"/publish", "application/json", strings.NewReader(`{"author": "`+stoppedAuthor+`"}`))
		if err == nil {
			response.Body.Close()
		}
	}()
	eventually(t, "the window is reached", func() bool {
		_, err := os.Stat(reached)
		return err == nil
	})
	if got := versionAt(t, p.url); got != before {
		t.Errorf("%s readers see %q, and not %q", window, got, before)
	}
	p.kill(t)

	db := openStore(t, flags)
	defer db.close()
	s := newTestService(t, flags, db)
	now := s.registry.Live()
	if live = now.Version == name; !live && now.Version != before {
		t.Fatalf("%q is live, which is neither %q nor %q", now.Version, name, before)
	}
	if live && modelOf(now, "Buyers").Checked().Conditions[1].Points != int64(points) {
		t.Errorf("%q has the rules of another version", name)
	}
	if err := s.scoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := storedScores(t, db)
	if _, err := db.write.Exec("DELETE FROM score"); err != nil {
		t.Fatal(err)
	}
	if err := s.scoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fresh := storedScores(t, db); !maps.Equal(kept, fresh) || len(fresh) == 0 {
		t.Errorf("the stored scores %v\nare not those of a scoring from nothing %v", kept, fresh)
	}
	return live
}

// versionAt returns the version that a service scores by.
func versionAt(t *testing.T, url string) string {
	t.Helper()
	s := server{url: url}
	return get[modelList](t, &s, "/models").Version
}

// postOK posts JSON, which must be acknowledged.
func postOK(t *testing.T, url, body string) {
	t.Helper()
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode > 299 {
		t.Fatalf("%s: %d %s, %v", url, response.StatusCode, text, err)
	}
}

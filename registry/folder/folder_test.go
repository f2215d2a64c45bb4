package folder

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/registrytest"
)

// Variables that make the test program a publisher: see publisher.
const (
	folderVariable = "REGISTRY_TEST_FOLDER"
	momentVariable = "REGISTRY_TEST_MOMENT"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(folderVariable); name != "" {
		publisher(name, os.Getenv(momentVariable))
		return
	}
	os.Exit(m.Run())
}

func open(t *testing.T, name string) *Store {
	t.Helper()
	s, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestContract(t *testing.T) {
	registrytest.Run(t, func(t *testing.T) (one, other registry.Store) {
		name := t.TempDir()
		return open(t, name), open(t, name)
	})
}

// rules returns rules that add so many points.
func rules(points int) []leadscore.File {
	return []leadscore.File{{Name: "fit.score", Text: fmt.Sprintf(`model "Fit" {
    target lead
    condition "About coffee" {
        has Lead where Topic = "Coffee"
        score +%d
    }
    sales ready at 10
}
`, points)}}
}

// publisher drafts and publishes versions for ever, and writes a line for each that has
// been acknowledged. If moment is not "", it stops there for ever when it publishes the
// fourth one, and says so.
func publisher(name, moment string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
	}
	s, err := Open(name)
	fail(err)
	reached := 0
	s.at = func(at string) {
		if at == moment {
			if reached++; reached == 8 { // each version is two entries
				fmt.Println("reached")
				select {}
			}
		}
	}
	ctx := context.Background()
	r, err := registry.Open(ctx, s, leadscore.StandardSchema(), registry.Options{})
	fail(err)
	list, err := r.Versions(ctx)
	fail(err)
	for n := len(list) + 1; ; n++ {
		version := fmt.Sprint("v", n)
		fail(r.Draft(ctx, registry.Version{Name: version, Author: "ada", Files: rules(n)}))
		_, err := r.Publish(ctx, version, registry.By{Author: "ada"}, nil)
		fail(err)
		fmt.Println(version)
	}
}

// TestKilledAt kills a publisher at each moment of adding an entry: before it is there as a
// whole the version is not live, and afterwards it is. The log can be read and continued.
func TestKilledAt(t *testing.T) {
	for moment, live := range map[string]string{"half written": "v3", "written": "v3", "linked": "v4", "synced": "v4"} {
		t.Run(moment, func(t *testing.T) {
			name := t.TempDir()
			acknowledged := killed(t, name, moment, func(line string) bool { return line == "reached" })
			if got := strings.Join(acknowledged, " "); got != "v1 v2 v3" {
				t.Fatalf("acknowledged: %s", got)
			}
			if got := check(t, name, "v3"); got != live {
				t.Errorf("%s is live, not %s", got, live)
			}
			left, err := filepath.Glob(filepath.Join(name, pending+"*"))
			if err != nil || len(left) != 1 {
				t.Errorf("%q is left, %v", left, err)
			}
			old := time.Now().Add(-2 * tooOld)
			if err := os.Chtimes(left[0], old, old); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(filepath.Join(name, nameOf(1)), old, old); err != nil {
				t.Fatal(err)
			}
			if got := check(t, name, "v3"); got != live { // all entries stay
				t.Errorf("%s is live, not %s", got, live)
			}
			if _, err := os.Stat(left[0]); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("what was left behind is still there: %v", err)
			}
		})
	}
}

// TestKill kills publishers at random moments, two of them at the same time. LEADSCORE_KILLS
// says how often.
func TestKill(t *testing.T) {
	kills := 5
	if text := os.Getenv("LEADSCORE_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	name, random, last := t.TempDir(), rand.New(rand.NewPCG(5, 6)), ""
	for range kills {
		after := time.Duration(random.IntN(30)) * time.Millisecond
		lines := killed(t, name, "", func(string) bool {
			time.Sleep(after)
			return true
		})
		if n := len(lines); n > 0 {
			last = lines[n-1]
		}
		if check(t, name, last); t.Failed() {
			return
		}
	}
	if last == "" {
		t.Error("nothing was acknowledged")
	}
	t.Logf("%d kills, and %s was acknowledged last", kills, last)
}

// killed starts a publisher and kills it when end returns true for a line that it writes.
// It returns the versions that it has acknowledged.
func killed(t *testing.T, name, moment string, end func(line string) bool) (acknowledged []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), folderVariable+"="+name, momentVariable+"="+moment)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines, dead := bufio.NewScanner(out), false
	for lines.Scan() { // also what it wrote before it died
		line := lines.Text()
		if strings.HasPrefix(line, "failed") {
			t.Error(line)
		}
		if strings.HasPrefix(line, "v") {
			acknowledged = append(acknowledged, line)
		}
		if !dead && end(line) {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			dead = true
		}
	}
	if !dead {
		t.Fatal("the publisher ended by itself")
	}
	_ = c.Wait() // it was killed
	return acknowledged
}

// check reads the log and takes a step. It returns the version that was live, which must be
// whole, and the one that was acknowledged last or a later one.
func check(t *testing.T, name, last string) string {
	t.Helper()
	r, err := registry.Open(t.Context(), open(t, name), leadscore.StandardSchema(), registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	live := r.Live()
	if live == nil {
		if last != "" {
			t.Fatalf("%s was acknowledged, and nothing is live", last)
		}
		return ""
	}
	number := func(version string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(version, "v"))
		return n
	}
	if n := number(live.Version); n < number(last) || live.Set.Models()[0].Checked().Conditions[0].Points != int64(n) {
		t.Fatalf("%s is live, with %d points; %s was acknowledged", live.Version, live.Set.Models()[0].Checked().Conditions[0].Points, last)
	}
	next := fmt.Sprintf("by hand %d", time.Now().UnixNano())
	if err := r.Draft(t.Context(), registry.Version{Name: next, Author: "bob", Files: rules(1)}); err != nil {
		t.Fatal(err)
	}
	return live.Version
}

// TestDamage: a file that is damaged, missing or of another kind is an error that names it.
func TestDamage(t *testing.T) {
	entryFile := func(name string, number int64) string { return filepath.Join(name, nameOf(number)) }
	for _, c := range []struct {
		what   string
		damage func(name string) error
		want   string
	}{
		{"cut off", func(name string) error { return os.Truncate(entryFile(name, 2), 90) },
			"registry folder: 00000002.entry has 6 bytes of an entry of 15; restore it from a backup"},
		{"empty", func(name string) error { return os.Truncate(entryFile(name, 2), 0) },
			"registry folder: 00000002.entry does not begin like an entry; restore it from a backup"},
		{"changed", func(name string) error {
			text, err := os.ReadFile(entryFile(name, 2))
			return errors.Join(err, os.WriteFile(entryFile(name, 2), []byte(strings.Replace(string(text), "number", "NUMBER", 1)), 0o644))
		}, "registry folder: 00000002.entry has been changed: its sum is another one; restore it from a backup"},
		{"missing", func(name string) error { return os.Remove(entryFile(name, 2)) },
			"registry folder: 00000002.entry is missing, and there is 00000003.entry; restore it from a backup"},
		{"a folder", func(name string) error {
			return errors.Join(os.Remove(entryFile(name, 2)), os.Mkdir(entryFile(name, 2), 0o755))
		}, "registry folder: 00000002.entry is a folder, not a regular file"},
	} {
		t.Run(c.what, func(t *testing.T) {
			name := t.TempDir()
			s := open(t, name)
			for n := int64(1); n <= 3; n++ {
				if err := s.Append(t.Context(), n, fmt.Appendf(nil, `{"number":%04d}`, n)); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.damage(name); err != nil {
				t.Fatal(err)
			}
			var got []string
			for e, err := range s.Entries(t.Context(), 0) {
				if err != nil {
					got = append(got, err.Error())
					continue
				}
				got = append(got, string(e))
			}
			if !slices.Equal(got, []string{`{"number":0001}`, c.want}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestFolder: a folder that is not there or cannot be written is an error that says so, and
// other files in it do not matter.
func TestFolder(t *testing.T) {
	name := t.TempDir()
	if _, err := Open(filepath.Join(name, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, other := range []string{"README", "00000009.txt", "x.entry", "9.entry"} {
		if err := os.WriteFile(filepath.Join(name, other), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, name)
	if err := s.Append(t.Context(), 1, []byte(`{}`)); err != nil {
		t.Error(err)
	}
	n := 0
	for _, err := range s.Entries(t.Context(), 0) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d entries", n)
	}
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), 1, []byte(`{}`)); err == nil || errors.Is(err, registry.ErrTaken) || !strings.Contains(err.Error(), "adding entry 1") {
		t.Error(err)
	}
}

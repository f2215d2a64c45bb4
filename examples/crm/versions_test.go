package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/registry"
)

// version returns the body that drafts oneModel with so many points.
func version(name string, points int) string {
	text, err := json.Marshal(map[string]any{
		"name": name, "author": "ada",
		"files": []registry.File{{Name: "new.score", Text: strings.Replace(newModel, "+7", fmt.Sprintf("+%d", points), 1)}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const newModel = "model \"New\" {\n    target contact\n    condition \"Is there\" {\n        has Lead\n        score +7\n    }\n}\n"

const ada = `{"author": "ada", "note": "as agreed"}`

// TestVersions takes versions from draft to live over HTTP, and finds them again after a
// restart: also the model that is stopped.
func TestVersions(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "20")
		s := start(t, flags...)
		first := get[modelList](t, s, "/models").Version
		s.expect(t, "POST", "/versions", version("v7", 7), 201, `"status": "draft"`)
		s.expect(t, "POST", "/versions", version("v7", 7), 201, `"status": "draft"`) // a retry
		s.expect(t, "GET", "/versions/v7", "", 200, `has Lead`)
		s.expect(t, "GET", "/versions/v7/dry-run", "", 200, `"change": "removed"`, `"leads": 20`)
		s.expect(t, "POST", "/versions/v7/publish", ada, 200, `"live": "`+first+`"`)
		s.expect(t, "GET", "/models", "", 200, `"version": "v7"`, `"New"`)
		scored := func(n int, score int64) {
			t.Helper()
			eventually(t, fmt.Sprintf("%d leads have the score %d", n, score), func() bool {
				leads := s.list(t, "New", "limit=1000", nil)
				return len(leads) == n && (n == 0 || leads[0].Score == score)
			})
		}
		all := len(get[page](t, s, "/models/New/leads?limit=1000").Leads)
		eventually(t, "all leads are scored", func() bool {
			all = len(s.list(t, "New", "limit=1000", nil))
			return all > 0
		})
		scored(all, 7)
		s.expect(t, "POST", "/versions", version("v8", 8), 201)
		s.expect(t, "POST", "/versions/v8/publish", `{"author": "ben", "most": {"changed": 0, "failed": 0}}`, 200, `"differ":`)
		scored(all, 8)
		s.expect(t, "POST", "/models/New/stop", ada, 200, `"stopped": true`)
		s.expect(t, "GET", "/leads/lead-0001/scores", "", 200, `"status": "stopped"`)
		scored(0, 0)
		s.expect(t, "POST", "/versions/v7/publish", ada, 200, `"stopped"`)
		s.expect(t, "GET", "/versions", "", 200, `"status": "live"`, `"status": "stopped"`)
		s.stop(t)

		s = start(t, flags...) // the folder in the program is not new
		s.expect(t, "GET", "/models", "", 200, `"version": "v7"`, `"stopped": true`)
		s.expect(t, "POST", "/models/New/start", ada, 200, `"version": "v7"`)
		scored(all, 7)
		steps := get[struct{ Steps []registry.Entry }](t, s, "/audit?after=2").Steps
		var got []string
		for _, e := range steps {
			got = append(got, fmt.Sprint(e.Number, " ", e.Author, " ", e.Action, " ", e.Version, e.Model))
		}
		const want = "3 ada draft v7, 4 ada publish v7, 5 ada draft v8, 6 ben publish v8, 7 ada stop v8New, 8 ada publish v7, 9 ada start v7New"
		if strings.Join(got, ", ") != want {
			t.Errorf("the steps are %q", got)
		}
		first2 := get[struct {
			Steps []registry.Entry
			Next  string
		}](t, s, "/audit?limit=2")
		if len(first2.Steps) != 2 || first2.Next != "/audit?after=2&limit=2" {
			t.Errorf("%+v", first2)
		}
	})
}

// TestVersionsAreChecked: what cannot be done with versions is told, and nothing is kept.
func TestVersionsAreChecked(t *testing.T) {
	s := start(t, append(append(sqliteFlags(t), fixed...), "-seed", "20")...)
	first := get[modelList](t, s, "/models").Version
	s.expect(t, "POST", "/versions", version("v7", 7), 201)
	bad := strings.Replace(version("bad", 7), "has Lead", "has EmailOpend", 1)
	s.expect(t, "POST", "/versions", bad, 201)
	_, before := s.call(t, "GET", "/audit", "")
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/versions", version("v7", 8), 409, "There is a version \\\"v7\\\" already"},
		{"POST", "/versions", `{"name": "x", "author": "ada"}`, 422, "has no files"},
		{"POST", "/versions", `{"name": "x", "files": []}`, 422, "has no files"},
		{"POST", "/versions", `{"nmae": "x"}`, 400, "unknown field"},
		{"POST", "/versions", `{"name": "x"} {}`, 400, "something follows"},
		{"POST", "/versions", `{"name": "x", "files": "` + strings.Repeat("x", maxRules) + `"}`, 413, "at most 4194304 bytes"},
		{"POST", "/versions/v7/publish", `{}`, 422, "A step needs an author."},
		{"POST", "/versions/v8/publish", ada, 404, "There is no version"},
		{"POST", "/versions/" + first + "/publish", ada, 409, "is live already"},
		{"GET", "/versions/v8", "", 404, "GET /versions lists them"},
		{"GET", "/versions/v8/dry-run", "", 404, "There is no version"},
		{"GET", "/versions/v7/dry-run?list=x", "", 400, `"field": "list"`},
		{"GET", "/versions/bad/dry-run", "", 200, `"nearest": "EmailOpened"`},
		{"GET", "/audit?after=-1", "", 400, `"field": "after"`},
		{"POST", "/models/Byers/stop", ada, 404, "did you mean \\\"Buyers\\\"?"},
		{"POST", "/models/Buyers/start", ada, 409, "is not stopped"},
	} {
		s.expect(t, c.method, c.path, c.body, c.status, c.want)
	}
	if _, after := s.call(t, "GET", "/audit", ""); after != before {
		t.Errorf("steps were kept: %s", after)
	}
	s.expect(t, "POST", "/versions/bad/publish", ada, 422, `"nearest": "EmailOpened"`, `"kind": "rules"`)
	s.expect(t, "POST", "/versions/v7/publish", `{"author": "ada", "most": {"lost": 0}}`, 422, "results are no longer sales ready, and at most 0 may be")
	s.expect(t, "GET", "/models", "", 200, `"version": "`+first+`"`)
	s.expect(t, "GET", "/audit?after=4", "", 200, "did you mean EmailOpened?", "no longer sales ready")
}

// TestServicesFollow: of two services with one database, each follows the other.
func TestServicesFollow(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "20")
		a, b := start(t, flags...), start(t, flags...)
		a.expect(t, "POST", "/versions", version("v7", 7), 201)
		b.expect(t, "POST", "/versions/v7/publish", ada, 200)
		eventually(t, "the other service has the version", func() bool {
			return get[modelList](t, a, "/models").Version == "v7"
		})
		a.expect(t, "POST", "/models/New/stop", ada, 200)
		eventually(t, "the other service has stopped the model", func() bool {
			_, body := b.call(t, "GET", "/models", "")
			return strings.Contains(body, `"stopped": true`)
		})
	})
}

// TestVersionThatNeedsMore: a version that the database suits no longer keeps no service
// from starting with other rules, and is told otherwise.
func TestVersionThatNeedsMore(t *testing.T) {
	folder := copyRules(t)
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "5", "-rules", folder)
	s := start(t, flags...)
	s.stop(t)
	db := openStore(t, flags)
	if _, err := db.write.Exec("DROP VIEW email_unsubscribed"); err != nil {
		t.Fatal(err)
	}
	c, err := parseFlags(flags, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newService(t.Context(), c, newLogger(&log{}), db); err == nil || !strings.Contains(err.Error(), "is live and cannot be used: EmailUnsubscribed") {
		t.Errorf("the service starts, or does not say why not: %v", err)
	}
	write(t, filepath.Join(folder, "buyers.score"), newModel)
	write(t, filepath.Join(folder, "key-accounts.score"), strings.Replace(newModel, "New", "Other", 1))
	s = start(t, flags...)
	s.expect(t, "GET", "/models", "", 200, `"Other"`)
}

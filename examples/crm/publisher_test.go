package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/sqlstore"
)

// A publisher publishes two versions of the rules in turns, and stops and starts a model,
// over HTTP.
type publisher struct {
	acknowledged []step
	steps        atomic.Int64 // that were acknowledged
}

// A step is a publication that was acknowledged.
type step struct {
	number  int64 // of the entry
	version string
}

// versionRules returns the rules of the folder, without tests, in which looking at prices
// counts for so many points.
func versionRules(points int) ([]registry.File, error) {
	names, err := filepath.Glob("rules/*.score")
	if err != nil {
		return nil, err
	}
	var files []registry.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rules, _, _ := strings.Cut(string(text), "\ntest ")
		files = append(files, registry.File{Name: filepath.Base(name), Text: strings.Replace(rules, "score +15", fmt.Sprintf("score +%d", points), 1)})
	}
	return files, nil
}

// publish takes steps until the service is gone. It returns the first answer that is
// neither an acknowledgement nor one that a step lost before explains.
func (p *publisher) publish(url string) error {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	h := http.Client{Transport: transport, Timeout: time.Minute}
	post := func(path string, body any, into any) (status int, err error) {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		response, err := h.Post(url+path, "application/json", strings.NewReader(string(text)))
		if err != nil {
			return 0, nil // the service is gone
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			return 0, nil
		}
		switch response.StatusCode {
		case 200, 201:
			return response.StatusCode, json.Unmarshal(answer, into)
		case 409, 503: // the answer to an earlier step was lost; or the database has another writer
			return response.StatusCode, nil
		}
		return 0, fmt.Errorf("%s: %d %s", path, response.StatusCode, answer)
	}
	who := map[string]string{"author": "ada"}
	for n := 0; ; n++ {
		points := 20 + n%2
		name := fmt.Sprint("prices ", points)
		files, err := versionRules(points)
		if err != nil {
			return err
		}
		var draft registry.VersionState
		if status, err := post("/versions", map[string]any{"name": name, "author": "ada", "files": files}, &draft); status == 0 {
			return err
		}
		var report registry.Report
		switch status, err := post("/versions/"+strings.ReplaceAll(name, " ", "%20")+"/publish", who, &report); status {
		case 0:
			return err
		case 200:
			p.acknowledged = append(p.acknowledged, step{report.Number, name})
			p.steps.Add(1)
		}
		do := []string{"stop", "start"}[n/2%2]
		var list modelList
		if status, err := post("/models/Key%20accounts/"+do, who, &list); status == 0 {
			return err
		}
	}
}

// check checks that every acknowledged step is in the log, and that the service scores by
// what the log comes to, with the rules as a whole.
func (p *publisher) check(t *testing.T, flags []string) {
	t.Helper()
	db := openStore(t, flags)
	defer db.close()
	live, stopped, number := "", []string(nil), int64(0)
	log := map[int64]string{}
	r, err := registry.Open(t.Context(), sqlstore.New(db.write, sqlstore.Options{}), leadscore.StandardSchema(), registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range r.History(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if number++; e.Number != number || e.Refused() {
			t.Fatalf("entry %d is %s", number, e)
		}
		switch e.Action {
		case registry.ActionPublish:
			live, log[e.Number] = e.Version, e.Version
		case registry.ActionStop:
			stopped = append(stopped, e.Model)
		case registry.ActionStart:
			stopped = slices.DeleteFunc(stopped, func(m string) bool { return m == e.Model })
		}
	}
	for _, s := range p.acknowledged {
		if log[s.number] != s.version {
			t.Errorf("%q was published by entry %d, which publishes %q", s.version, s.number, log[s.number])
		}
	}
	s := newTestService(t, flags, db)
	now := s.registry.Live()
	if now.Version != live || !slices.Equal(now.Set.Stopped(), stopped) {
		t.Fatalf("%q is live without %q, and the log says %q without %q", now.Version, now.Set.Stopped(), live, stopped)
	}
	var points int
	if n, _ := fmt.Sscanf(live, "prices %d", &points); n == 1 && modelOf(now, "Buyers").Checked().Conditions[1].Points != int64(points) {
		t.Errorf("%q has a condition with %d points", live, modelOf(now, "Buyers").Checked().Conditions[1].Points)
	}
}

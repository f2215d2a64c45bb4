package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/registry"
)

// rulesPage is what the template rules.html shows.
type rulesPage struct {
	Title    string
	Versions []versionRow // the newest first
}

// A versionRow is a version in a list.
type versionRow struct {
	registry.VersionState
	Href string
	Live bool
}

// versionPage is what the template version.html shows.
type versionPage struct {
	Title   string
	Version versionRow
	Files   []registry.File
	Live    string // the version that is live, and to which this one is compared
	Diff    string // empty if nothing differs
	Broken  string // why there is no difference to show
}

func (s *service) versionRows(r *http.Request) ([]versionRow, error) {
	list, err := s.registry.Versions(r.Context())
	if err != nil {
		return nil, err
	}
	live, zone := s.registry.Live(), zoneOf(s.registry.Live())
	rows := make([]versionRow, len(list))
	for i, v := range list {
		v.Time = v.Time.In(zone)
		if !v.Published.IsZero() {
			v.Published = v.Published.In(zone)
		}
		rows[i] = versionRow{v, "/sales/version?" + url.Values{"name": {v.Name}}.Encode(), v.Name == live.Version}
	}
	slices.Reverse(rows)
	return rows, nil
}

// getRulesPage lists the versions of the rules.
func (s *service) getRulesPage(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	rows, err := s.versionRows(r)
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "rules", rulesPage{"Rules", rows})
}

// getVersionPage shows a version with its files, and how it differs from the live one.
func (s *service) getVersionPage(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "name")
	if err != nil {
		return err
	}
	name := query.Get("name")
	if !utf8.ValidString(name) {
		return badParameter("name", "it is not a text")
	}
	rows, err := s.versionRows(r)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rows, func(v versionRow) bool { return v.Name == name })
	if at < 0 {
		return &problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("There is no version %q.", name)}
	}
	version, err := s.registry.Version(r.Context(), name)
	if err != nil {
		return err
	}
	live := s.registry.Live()
	p := versionPage{Title: "Rules " + name, Version: rows[at], Live: live.Version}
	for _, f := range version.Files {
		p.Files = append(p.Files, registry.File{Name: f.Name, Text: f.Text})
	}
	if !rows[at].Live {
		p.Diff, p.Broken = difference(live, version)
	}
	return render(w, http.StatusOK, "version", p)
}

// difference returns what publishing a version would change in the rules, or why that
// cannot be said.
func difference(live *registry.Live, v *registry.Version) (diff, broken string) {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), v.Files)
	if problems, ok := errors.AsType[leadscore.Diagnostics](err); ok {
		return "", problems.Error()
	}
	if err != nil {
		return "", err.Error()
	}
	return strings.TrimSpace(modeldiff.Rules(live.Set, set).String()), ""
}

// isSet reports whether an instant is one, for templates.
func isSet(t time.Time) bool { return !t.IsZero() }

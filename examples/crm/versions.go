package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
)

// A by is the part of a body that says who takes a step, and why. The service has no
// authentication, so it believes what it is told.
type by struct {
	Author string `json:"author"`
	Note   string `json:"note,omitempty"`
}

// readJSON reads the body of a request into v. It refuses what v has no place for.
func readJSON(r *http.Request, v any) error {
	if err := expectJSON(r); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	err = in.Decode(v)
	if _, more := in.Token(); err == nil && more != io.EOF {
		err = errors.New("something follows the object")
	}
	if err != nil {
		return &problem{Status: http.StatusBadRequest, Detail: "The body cannot be understood: " + err.Error() + "."}
	}
	return nil
}

// A versionLine is a version in a list.
type versionLine struct {
	registry.VersionState
	Files []registry.File `json:"files,omitempty"`
}

func (s *service) getVersions(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	list, err := s.registry.Versions(r.Context())
	if err != nil {
		return err
	}
	lines := make([]versionLine, len(list))
	for i, v := range list {
		lines[i] = versionLine{VersionState: v}
	}
	return answer(w, http.StatusOK, "application/json", struct {
		Versions []versionLine `json:"versions"`
	}{lines})
}

// getVersion shows a version with its files.
func (s *service) getVersion(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	line, err := s.version(r, r.PathValue("version"))
	if err != nil {
		return err
	}
	v, err := s.registry.Version(r.Context(), line.Name)
	if err != nil {
		return err
	}
	for _, f := range v.Files {
		line.Files = append(line.Files, registry.File{Name: f.Name, Text: f.Text})
	}
	return answer(w, http.StatusOK, "application/json", line)
}

// version returns a version without its files.
func (s *service) version(r *http.Request, name string) (versionLine, error) {
	if _, err := s.registry.Refresh(r.Context()); err != nil {
		if _, ok := errors.AsType[*registry.LiveError](err); !ok {
			return versionLine{}, err
		}
	}
	list, err := s.registry.Versions(r.Context())
	if err != nil {
		return versionLine{}, err
	}
	for _, v := range list {
		if v.Name == name {
			return versionLine{VersionState: v}, nil
		}
	}
	return versionLine{}, &problem{Status: http.StatusNotFound, Detail: "There is no version " + strconv.Quote(name) + ": GET /versions lists them."}
}

// postVersion drafts a version. The name makes a retry safe: the same version is drafted
// once.
func (s *service) postVersion(w http.ResponseWriter, r *http.Request) error {
	var draft struct {
		Name string `json:"name"`
		by
		Files []registry.File `json:"files"`
	}
	if err := readJSON(r, &draft); err != nil {
		return err
	}
	v := registry.Version{Name: draft.Name, Author: draft.Author, Note: draft.Note}
	for _, f := range draft.Files {
		v.Files = append(v.Files, leadscore.File{Name: f.Name, Text: f.Text})
	}
	if err := s.registry.Draft(r.Context(), v); err != nil {
		return err
	}
	line, err := s.version(r, v.Name)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/versions/"+url.PathEscape(v.Name))
	return answer(w, http.StatusCreated, "application/json", line)
}

// getDryRun says what publishing a version would do, and what changes for whom.
func (s *service) getDryRun(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "list")
	if err != nil {
		return err
	}
	list, err := number(query, "list", 20, 0, maxPage)
	if err != nil {
		return err
	}
	report, err := s.registry.DryRun(r.Context(), r.PathValue("version"), s.population(r, most{}, list))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", report)
}

// most says what a publication may change at most, by results; a missing number is no
// bound.
type most struct {
	Changed *int `json:"changed"` // results that differ in more than scores
	Gained  *int `json:"gained"`  // results that become sales ready, also those of new models
	Lost    *int `json:"lost"`    // results that are no longer sales ready, also those of removed models
	Failed  *int `json:"failed"`  // leads that cannot be scored
}

// accept returns what of an effect is above a bound.
func (m most) accept(e *registry.Effect) error {
	gained, lost := e.Summary.Gained, e.Summary.Lost
	for _, model := range e.Models {
		if model.Kind == "added" {
			gained += model.SalesReady
		} else {
			lost += model.SalesReady
		}
	}
	var above []string
	check := func(what string, n int, bound *int) {
		if bound != nil && n > *bound {
			above = append(above, fmt.Sprintf("%d %s, and at most %d may be", n, what, *bound))
		}
	}
	check("results change", e.Summary.Changed, m.Changed)
	check("results become sales ready", gained, m.Gained)
	check("results are no longer sales ready", lost, m.Lost)
	check("leads cannot be scored", e.Failed, m.Failed)
	if above == nil {
		return nil
	}
	return errors.New(strings.Join(above, "; "))
}

// population returns all leads, to compare the live version with another one.
func (s *service) population(r *http.Request, m most, list int) *registry.Population {
	return &registry.Population{
		Leads:  dataOf(s.registry.Live()).Leads(r.Context()),
		Source: source,
		Accept: m.accept,
		// A database that is away fails every lead, and says nothing about the version.
		Failed: func(err *leadscore.LeadError) error {
			if isOutage(err) {
				return err
			}
			return nil
		},
		Options: []leadscore.Option{leadscore.AsOf(s.now())},
		List:    list,
	}
}

// postPublish makes a version live, or rolls back to it. With bounds, the leads are scored
// by both versions first.
func (s *service) postPublish(w http.ResponseWriter, r *http.Request) error {
	var publication struct {
		by
		Most *most `json:"most"`
	}
	if err := readJSON(r, &publication); err != nil {
		return err
	}
	var p *registry.Population
	if publication.Most != nil {
		p = s.population(r, *publication.Most, 20)
	}
	report, err := s.registry.Publish(r.Context(), r.PathValue("version"), registry.By(publication.by), p)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", report)
}

func (s *service) postStop(w http.ResponseWriter, r *http.Request) error {
	return s.switchModel(w, r, s.registry.Stop)
}

func (s *service) postStart(w http.ResponseWriter, r *http.Request) error {
	return s.switchModel(w, r, s.registry.Start)
}

// getAudit lists the steps that were taken with the rules, and those that were refused.
func (s *service) getAudit(w http.ResponseWriter, r *http.Request) error {
	query, err := parameters(r, "after", "limit")
	if err != nil {
		return err
	}
	after, err := number(query, "after", 0, 0, math.MaxInt)
	if err != nil {
		return err
	}
	limit, err := number(query, "limit", 100, 1, maxPage)
	if err != nil {
		return err
	}
	page := struct {
		Steps []*registry.Entry `json:"steps"`
		Next  string            `json:"next,omitempty"` // the next page; empty on the last
	}{Steps: []*registry.Entry{}}
	for e, err := range s.registry.History(r.Context(), int64(after)) {
		if err != nil {
			return err
		}
		if len(page.Steps) == limit {
			query.Set("after", strconv.FormatInt(page.Steps[limit-1].Number, 10))
			page.Next = "/audit?" + query.Encode()
			break
		}
		e.Files = nil // GET /versions/{version} has them
		page.Steps = append(page.Steps, e)
	}
	return answer(w, http.StatusOK, "application/json", page)
}

// source returns the data that a version scores: see [registry.Population].
func source(_ context.Context, of *registry.Live) (leadscore.Source, error) { return dataOf(of), nil }

// switchModel stops or starts a model.
func (s *service) switchModel(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, model string, by registry.By) error) error {
	var step by
	if err := readJSON(r, &step); err != nil {
		return err
	}
	if err := do(r.Context(), r.PathValue("model"), registry.By(step)); err != nil {
		return err
	}
	return answer(w, http.StatusOK, "application/json", listed(s.registry.Live()))
}

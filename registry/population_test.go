package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/source/memory"
)

// population returns seven leads, of which four are about coffee.
func population(t *testing.T, accept func(*registry.Effect) error) *registry.Population {
	t.Helper()
	data := memory.New(leadscore.StandardSchema())
	var ids []string
	for i := range 7 {
		ids = append(ids, fmt.Sprintf("lead-%d", i))
		topic := []string{"Coffee", "Tea"}[i%2]
		if err := data.Add("Lead", ids[i], memory.Record{"Topic": topic}); err != nil {
			t.Fatal(err)
		}
	}
	return &registry.Population{
		Leads:  leadscore.IDs(ids...),
		Source: func(context.Context, *registry.Live) (leadscore.Source, error) { return data, nil },
		Accept: accept,
		List:   2,
	}
}

// TestEffect: a dry run says what changes for whom; also by models that only one of the
// versions has.
func TestEffect(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	draft(t, r, "spring", rules(10))
	draft(t, r, "summer", rules(5))
	other := rules(5)
	other[1].Text = strings.Replace(strings.Replace(other[1].Text, "Interest", "Thirst", 1), "+5", "+50", 1)
	draft(t, r, "autumn", other)
	first, err := r.DryRun(t.Context(), "spring", population(t, nil))
	if err != nil || first.Effect != nil || first.Live != "" {
		t.Errorf("there is nothing to compare with: %+v, %v", first, err)
	}
	publish(t, r, "spring")
	report, err := r.DryRun(t.Context(), "summer", population(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	e := report.Effect
	if e.Summary.Leads != 7 || e.Summary.Differ != 4 || e.Summary.Lost != 8 || e.Summary.Gained != 0 || len(e.Leads) != 2 || e.Leads[0].Lead != "lead-0" || len(e.Models) != 0 || e.Failed != 0 {
		t.Errorf("%+v", e)
	}
	report, err = r.DryRun(t.Context(), "autumn", population(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []registry.ModelEffect{
		{Model: "Interest", Kind: modeldiff.Removed, Scored: 7, SalesReady: 4},
		{Model: "Thirst", Kind: modeldiff.Added, Scored: 7, SalesReady: 4},
	}
	if got := report.Effect.Models; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v", got)
	}
	// A model that is stopped made nobody sales ready.
	if err := r.Stop(t.Context(), "Interest", ada); err != nil {
		t.Fatal(err)
	}
	if report, err = r.DryRun(t.Context(), "autumn", population(t, nil)); err != nil || report.Effect.Models[0].SalesReady != 0 || report.Effect.Models[0].Scored != 0 {
		t.Errorf("%+v, %v", report.Effect, err)
	}
	if report, err = r.DryRun(t.Context(), "summer", population(t, nil)); err != nil || len(report.Stopped) != 1 || report.Effect.Summary.Lost != 4 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestAccept: a version that changes more than the caller accepts is refused.
func TestAccept(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	draft(t, r, "spring", rules(10))
	draft(t, r, "summer", rules(5))
	publish(t, r, "spring")
	most := 7
	p := population(t, func(e *registry.Effect) error {
		if n := e.Summary.Lost; n > most {
			return fmt.Errorf("%d results are no longer sales ready, and at most %d may be", n, most)
		}
		return nil
	})
	report, err := r.Publish(t.Context(), "summer", ada, p)
	const want = "registry: version \"summer\" is not published:\n8 results are no longer sales ready, and at most 7 may be"
	if err == nil || err.Error() != want || report.Reasons[0].Kind != registry.KindPopulation || r.Live().Version != "spring" {
		t.Errorf("%+v, %v", report, err)
	}
	most = 8
	if _, err := r.Publish(t.Context(), "summer", ada, p); err != nil || r.Live().Version != "summer" {
		t.Error(err)
	}
}

// TestPopulationFails: a population that cannot be read says nothing about the version, so
// nothing is kept. A lead that cannot be scored is counted.
func TestPopulationFails(t *testing.T) {
	r := open(t, &registry.Memory{}, registry.Options{})
	draft(t, r, "spring", rules(10))
	draft(t, r, "summer", rules(5))
	publish(t, r, "spring")
	away := errors.New("the database is away")
	before := history(t, r)

	p := population(t, nil)
	p.Source = func(context.Context, *registry.Live) (leadscore.Source, error) { return nil, away }
	_, noSource := r.Publish(t.Context(), "summer", ada, p)
	p = population(t, nil)
	p.Leads = func(yield func(string, error) bool) { yield("", away) }
	_, noLeads := r.Publish(t.Context(), "summer", ada, p)
	p = population(t, nil)
	p.Leads = leadscore.IDs("lead-0", "nobody")
	p.Failed = func(err *leadscore.LeadError) error { return fmt.Errorf("%s: %w", err.Lead, away) }
	_, failed := r.Publish(t.Context(), "summer", ada, p)
	for _, err := range []error{noSource, noLeads, failed} {
		if !errors.Is(err, away) || r.Live().Version != "spring" {
			t.Error(err)
		}
	}
	if after := history(t, r); after != before {
		t.Errorf("steps were kept:\n%s", after)
	}
	p.Failed = nil
	report, err := r.Publish(t.Context(), "summer", ada, p)
	if err != nil || report.Effect.Failed != 1 || report.Effect.Summary.Leads != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

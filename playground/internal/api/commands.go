package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/playground/internal/tiles"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/whatif"
)

// A subject is what a command about leads works on.
type subject struct {
	set  *leadscore.Set
	data *tables.Data
	zone *time.Location
	asOf time.Time
	to   time.Time // or the zero time
}

// quick is a parameter of all commands about leads.
type quick struct {
	Quick bool `json:"quick"` // leave out what is odd about the data, which takes as long as scoring all leads
}

// subject compiles the rules, loads the data and writes the warnings about them. to is the
// end of a period, or nil.
func (s *Session) subject(ctx context.Context, r *request, q quick, asOf string, to *string) (*subject, error) {
	set, err := s.compileModels(&s.rules)
	if err != nil {
		return nil, err
	}
	sub := &subject{set: set, zone: s.zoneOf(set)}
	if sub.asOf, err = s.instant("as_of", asOf, sub.zone); err != nil {
		return nil, err
	}
	if to != nil {
		if sub.to, err = s.instant("to", *to, sub.zone); err != nil {
			return nil, err
		}
		if sub.to.Before(sub.asOf) {
			return nil, badRequest("to is before from")
		}
	}
	if sub.data, err = s.load(ctx, r, set, sub.zone); err != nil {
		return nil, err
	}
	if q.Quick {
		return sub, nil
	}
	found, err := s.findings(ctx, set, sub.data, sub.asOf, sub.to)
	if err != nil {
		return nil, err
	}
	return sub, answer.Each(r.lines, answer.KeyFinding, found.Warnings())
}

// checkRules answers what check does: problems and findings of rules, and of the data if
// there are any.
func checkRules(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		quick
		Advice bool   `json:"advice"`
		AsOf   string `json:"as_of"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	set, err := s.compile(&s.rules)
	if err != nil {
		return nil, err
	}
	zone := s.zoneOf(set)
	asOf, err := s.instant("as_of", p.AsOf, zone)
	if err != nil {
		return nil, err
	}
	seasons := time.Time{}
	if p.AsOf != "" && len(s.data.files) > 0 {
		seasons = asOf
	}
	found := answer.Shown(answer.RuleFindings(set, s.rules.files, seasons), p.Advice)
	if err := answer.Each(r.lines, answer.KeyProblem, found); err != nil || p.Quick || len(s.data.files) == 0 {
		return nil, err
	}
	data, err := s.load(ctx, r, set, zone)
	if err != nil {
		return nil, err
	}
	odd, err := s.findings(ctx, set, data, asOf, time.Time{})
	if !p.Advice {
		odd = odd.Warnings()
	}
	return nil, cmp.Or(err, answer.Each(r.lines, answer.KeyFinding, odd))
}

// failures returns an error if leads could not be scored, and reports how many.
func (r *request) failures(failed, leads int) error {
	if failed == 0 {
		return nil
	}
	r.report(fmt.Errorf("%d of %d leads could not be scored", failed, leads))
	return errReported
}

// score answers what score does: the results of all leads, or of some.
func score(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		quick
		AsOf    string   `json:"as_of"`
		Leads   []string `json:"leads"`
		Explain bool     `json:"explain"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	sub, err := s.subject(ctx, r, p.quick, p.AsOf, nil)
	if err != nil {
		return nil, err
	}
	opts := options(sub.asOf)
	if p.Explain {
		opts = append(opts, leadscore.Explain(explain.Occurrences))
	}
	return nil, each(ctx, r, sub, p.Leads, opts, func(result leadscore.SetResult) error {
		return answer.Each(r.lines, answer.KeyResult, result.Results)
	})
}

// each calls f with the results of leads, or of all leads if there are none. It writes why
// leads could not be scored, and fails then.
func each(ctx context.Context, r *request, sub *subject, leads []string, opts []leadscore.Option, f func(leadscore.SetResult) error) error {
	ids := sub.data.Leads(ctx)
	if len(leads) > 0 {
		ids = leadscore.IDs(leads...)
	}
	count, failed := 0, 0
	for result, err := range sub.set.ScoreAll(ctx, ids, sub.data, opts...) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			failed++
			err = r.failure(bad)
		} else if err == nil {
			err = f(result)
		}
		if err != nil {
			return err
		}
		count++
	}
	return r.failures(failed, count)
}

// explainLead answers what explain does: why a lead has its score.
func explainLead(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		quick
		Lead   string `json:"lead"`
		AsOf   string `json:"as_of"`
		WhatIf bool   `json:"what_if"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	if p.Lead == "" {
		return nil, badRequest("lead is required")
	}
	sub, err := s.subject(ctx, r, p.quick, p.AsOf, nil)
	if err != nil {
		return nil, err
	}
	scored, err := sub.set.Score(ctx, p.Lead, sub.data, append(options(sub.asOf), leadscore.Explain(explain.Occurrences))...)
	if err != nil {
		return nil, err
	}
	return nil, answer.Explanations(sub.set, scored.Results, p.WhatIf, func(a whatif.Answer) error {
		return r.lines.Line(answer.KeyExplanation, a)
	})
}

// history answers what history does: how the results for a lead change in a period.
func history(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		quick
		Lead string `json:"lead"`
		From string `json:"from"`
		To   string `json:"to"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	if p.Lead == "" || p.From == "" {
		return nil, badRequest("lead and from are required")
	}
	sub, err := s.subject(ctx, r, p.quick, p.From, &p.To)
	if err != nil {
		return nil, err
	}
	h, err := answer.HistoryOf(ctx, sub.set, p.Lead, sub.data, sub.asOf, sub.to, options(sub.asOf))
	if err != nil {
		return nil, err
	}
	return nil, h.Write(r.lines)
}

// changes answers what changes does: which results differ between two instants.
func changes(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		quick
		From   string `json:"from"`
		To     string `json:"to"`
		Scores bool   `json:"scores"`
		Limit  int    `json:"limit"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	if p.From == "" {
		return nil, badRequest("from is required")
	}
	sub, err := s.subject(ctx, r, p.quick, p.From, &p.To)
	if err != nil {
		return nil, err
	}
	c := answer.Comparison{
		Before: modeldiff.Version{Set: sub.set, Data: sub.data, AsOf: sub.asOf},
		After:  modeldiff.Version{Set: sub.set, Data: sub.data, AsOf: sub.to},
		Scores: p.Scores, Limit: p.Limit,
		OnFailure: r.failure,
	}
	e, err := c.Of(ctx, sub.data.Leads(ctx), options(sub.asOf)...)
	if err != nil {
		return nil, err
	}
	return nil, cmp.Or(e.Write(r.lines), r.failures(e.Failed, e.Failed+e.Leads))
}

// failure writes why a lead could not be scored.
func (r *request) failure(bad *leadscore.LeadError) error {
	return r.lines.Line(answer.KeyFailure, answer.FailureOf(bad))
}

// diff answers what diff does: how the rules differ from the older version, and which leads
// change if there are data.
func diff(ctx context.Context, s *Session, r *request) (any, error) {
	p := struct {
		quick
		AsOf  string `json:"as_of"`
		Limit int    `json:"limit"`
	}{Limit: 20}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	older, err := s.compileModels(&s.old)
	if err != nil {
		return nil, err
	}
	newer, err := s.compileModels(&s.rules)
	if err != nil {
		return nil, err
	}
	if err := answer.Each(r.lines, answer.KeyChange, modeldiff.Rules(older, newer)); err != nil || len(s.data.files) == 0 {
		return nil, err
	}
	zone := s.zoneOf(older, newer)
	asOf, err := s.instant("as_of", p.AsOf, zone)
	if err != nil {
		return nil, err
	}
	was, err := s.load(ctx, r, older, zone)
	if err != nil {
		return nil, err
	}
	is, err := s.load(ctx, r, newer, zone)
	if err != nil {
		return nil, err
	}
	if !p.Quick {
		found, err := s.findings(ctx, newer, is, asOf, time.Time{})
		if err := cmp.Or(err, answer.Each(r.lines, answer.KeyFinding, found.Warnings())); err != nil {
			return nil, err
		}
	}
	ids, err := answer.LeadsOf(ctx, was, is)
	if err != nil {
		return nil, err
	}
	c := answer.Comparison{
		Before: modeldiff.Version{Set: older, Data: was}, After: modeldiff.Version{Set: newer, Data: is},
		Limit: p.Limit, OnFailure: r.failure,
	}
	e, err := c.Of(ctx, leadscore.IDs(ids...), options(asOf)...)
	if err != nil {
		return nil, err
	}
	return nil, cmp.Or(e.Write(r.lines), r.failures(e.Failed, e.Failed+e.Leads))
}

// test answers what test does: the results of the tests in the rules.
func test(ctx context.Context, s *Session, r *request) (any, error) {
	set, err := s.compile(&s.rules)
	if err != nil {
		return nil, err
	}
	failed := false
	for result := range modeltest.Results(ctx, set) {
		failed = failed || !result.Passed()
		if err := r.lines.Line(answer.KeyTest, answer.TestOf(result)); err != nil {
			return nil, err
		}
	}
	if failed {
		return nil, errReported
	}
	return nil, nil
}

// schema answers what schema does: the entities that rules can use.
func schema(_ context.Context, s *Session, r *request) (any, error) {
	set, err := s.compile(&s.rules)
	if err != nil {
		return nil, err
	}
	return nil, answer.Each(r.lines, answer.KeyEntity, answer.Entities(set.Schema()))
}

// format returns a text in its canonical form. It fails if the text has errors.
func format(_ context.Context, _ *Session, r *request) (any, error) {
	var f File
	if err := r.read(&f); err != nil {
		return nil, err
	}
	text, err := dsl.Format(f.Name, string(slices.Clone(f.bytes())))
	if err != nil {
		return nil, err
	}
	return text, nil
}

// tilesOf returns rules as tiles. It fails if the text has errors.
func tilesOf(_ context.Context, _ *Session, r *request) (any, error) {
	var f File
	if err := r.read(&f); err != nil {
		return nil, err
	}
	return tiles.Of(f.Name, string(f.bytes()))
}

// edited is the answer of edit.
type edited struct {
	Text   string       `json:"text"`
	Others []tiles.File `json:"others,omitempty"` // other rule files that have another text now
}

// edit makes a gesture on tiles an edit of their text. It fails, with a message for people,
// if that cannot be.
func edit(_ context.Context, _ *Session, r *request) (any, error) {
	var p struct {
		Name    string        `json:"name"`
		Text    string        `json:"text"`
		Others  []tiles.File  `json:"others"` // the other rule files
		Gesture tiles.Gesture `json:"gesture"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	text, others, err := tiles.ApplyIn(p.Name, p.Text, p.Others, p.Gesture)
	if err != nil {
		return nil, err
	}
	return edited{text, others}, nil
}

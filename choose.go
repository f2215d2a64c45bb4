package leadscore

import (
	"context"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval"
	"github.com/leadscore/leadscore/eval/check"
)

// ErrUnknownModel is the error that a [LeadError] wraps if a model is chosen for the lead
// that the set does not have: `choose model` leads to a record that names none of its
// models (language reference, Which model scores a lead).
var ErrUnknownModel = eval.ErrUnknownModel

// Chooses reports whether the set chooses one model for each lead, by a block `choose model`
// (language reference, Which model scores a lead).
func (s *Set) Chooses() bool { return s.chooser != nil }

// Choice says what chose the model that scores a lead, in a set that chooses one: By, the
// line of `choose model` that decided; Entity and Record, the record that names the model,
// or that is not there; and Model, its name, or "" if no model is chosen.
type Choice = eval.Choice

// givenTo returns the statuses that so many leads of the batch have for the models of a
// group whatever their data: those that the choice gives, and if alone those of auxiliary
// models, which are left out.
func (b *batch) givenTo(g *group, leads int, alone bool) []eval.Status {
	models := g.program.Models()
	b.given = sized(b.given, leads*models)
	clear(b.given)
	for n := range leads {
		given := b.given[n*models : (n+1)*models]
		if b.set.chooser != nil {
			for j, at := range g.models {
				given[j] = b.chosen[n].Given(at)
			}
		}
		for j := len(g.models); alone && j < models; j++ {
			given[j] = eval.NotChosen
		}
	}
	return b.given
}

// ofStopped returns the status of a stopped model for a lead of the batch.
func (b *batch) ofStopped(lead, model int) Status {
	if b.set.chooser != nil {
		if given := b.chosen[lead].Given(model); given != 0 {
			return statusOf(given)
		}
	}
	return Stopped
}

// ofSet returns the problem of a block of a checked set that has only one model, and means
// nothing for a model alone; or nil if there is none.
func ofSet(set *check.Set, name, text string) *dsl.Diagnostic {
	at, what := dsl.Span{}, ""
	switch {
	case set.Choice != nil:
		at, what = set.Choice.Head(), "choose model belongs"
	case len(set.Assignments) > 0:
		at, what = set.Assignments[0].Source.Name.Span, "an assignment belongs"
	case len(set.Creations) > 0:
		at, what = set.Creations[0].Source.Name.Span, "a lead creation belongs"
	default:
		return nil
	}
	return &dsl.Diagnostic{
		Code: check.CodeMissing, File: name, Span: at, Summary: what + " to a set of models, and not to a model",
		Help: "compile the file with CompileSet", Line: (&dsl.File{Text: text}).Line(at.Start),
	}
}

// choose finds out which model scores the lead from an instant on.
func (w *watch) choose(ctx context.Context, data Source, from time.Time) error {
	if w.set.chooser == nil {
		return nil
	}
	o, chosen := w.options, make([]eval.Chosen, 1)
	o.AsOf = from
	if err := w.set.chooser.Choose(ctx, data, []string{w.lead}, o, chosen); err != nil {
		return err
	}
	if chosen[0].Err != nil {
		return chosen[0].Err
	}
	w.chosen, w.state.of.choice = chosen[0], chosen[0].Choice
	return nil
}

// given returns the statuses that the choice gives to the lead for the models of a group,
// once a model is chosen.
func (w *watch) given(g *group) []eval.Status {
	if w.set.chooser == nil {
		return nil
	}
	given := make([]eval.Status, g.program.Models())
	chosen := &w.chosen
	if chosen.Later != nil {
		chosen = chosen.Later
	}
	for j, at := range g.models {
		given[j] = chosen.Given(at)
	}
	return given
}

// chooses reports whether the groups say what the results are as of an instant: a model is
// chosen by then, or never.
func (w *watch) chooses(asOf int64) bool { return w.chosen.Later == nil || w.chosen.From <= asOf }

// putStopped writes the results of stopped models as of an instant.
func (w *watch) putStopped(r *SetResult, asOf int64) {
	for i, stopped := range w.set.stopped {
		if !stopped {
			continue
		}
		chosen, status := &w.chosen, Stopped
		if chosen.Later != nil && chosen.From <= asOf {
			chosen = chosen.Later
		}
		if w.set.chooser != nil && chosen.Given(i) != 0 {
			status = statusOf(chosen.Given(i))
		}
		r.Results[i] = Result{Model: w.set.models[i].checked.Name, Lead: w.lead, Status: status}
	}
}

// chosenLater returns the instant, in microseconds, at which a model is chosen for a lead of
// the batch for which none is now, if that is not after the end that is looked at.
func (b *batch) chosenLater(lead int, until time.Time) (int64, bool) {
	if b.set.chooser == nil {
		return 0, false
	}
	c := &b.chosen[lead]
	return c.From, c.Later != nil && c.Later.Err == nil && c.From <= until.UnixMicro()
}

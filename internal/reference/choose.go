package reference

import (
	"fmt"
	"slices"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// An UnknownModel is the error for a lead for which a model is chosen that the set does not
// have: "A name that is not that of a model of the set is an error of the lead, which names
// the record and the model."
type UnknownModel struct {
	Path, Entity, Field, Record, Name string
}

func (e *UnknownModel) Error() string {
	return fmt.Sprintf("reference: %s %q names the model %q", e.Entity, e.Record, e.Name)
}

// choose gives results the statuses of "Which model scores a lead".
func choose(results []Result, files []*dsl.File, schema *traverse.Schema, data Data, lead *Record, asOf time.Time) ([]Result, error) {
	var block *dsl.ChooseModel
	for _, f := range files { // "The block may be in any file of a set, and there is at most one."
		for _, b := range f.Blocks {
			if c, ok := b.(*dsl.ChooseModel); ok {
				block = c
			}
		}
	}
	if block == nil {
		return results, nil
	}
	// "days are those of UTC"
	s := &scoring{schema: schema, data: data, lead: lead, calendar: calendar{zone: time.UTC, asOf: time.UnixMicro(asOf.UnixMicro()).UTC()}}
	name, err := s.chosen(block, func(name string) bool {
		return slices.ContainsFunc(results, func(r Result) bool { return r.Model == name })
	})
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		switch {
		case name == "": // "all models give the status `no model`"
			results[i] = Result{Model: r.Model, Lead: r.Lead, Status: "no model"}
		case name != r.Model: // "If a model is chosen, all others give the status `not chosen`."
			results[i] = Result{Model: r.Model, Lead: r.Lead, Status: "not chosen"}
		}
	}
	return results, nil
}

// chosen returns the name of the model that is chosen, or "".
func (s *scoring) chosen(block *dsl.ChooseModel, known func(name string) bool) (string, error) {
	for _, line := range block.Lines {
		// "The first line whose first relationship is not empty on the lead decides"
		if s.lead.text(line.Ref[0].Text) == "" {
			continue
		}
		at := Stop{traverse.Lead, s.schema.Entity(traverse.Lead), s.lead}
		path := traverse.Lead
		last := len(line.Ref) - 1
		for _, n := range line.Ref[:last] {
			path += "." + n.Text
			next := s.hop(at, n.Text)
			if len(next) == 0 { // "or a record on the path is not there, no model scores the lead"
				return "", nil
			}
			at = next[0]
		}
		// "its field names the model, letter by letter"
		name := at.Record.text(line.Ref[last].Text)
		if name == "" || known(name) {
			return name, nil
		}
		return "", &UnknownModel{path, at.Entity.Name(), line.Ref[last].Text, at.Record.ID, name}
	}
	// "The same is so if the first relationships of all lines are empty."
	return "", nil
}

package api

import (
	"context"
	"fmt"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
)

// blockParams are the parameters of stages and assign.
type blockParams struct {
	quick
	AsOf  string   `json:"as_of"`
	Leads []string `json:"leads"` // or all
}

// subjectWith returns the subject of a method that needs blocks, of which count says how many a
// set has.
func (s *Session) subjectWith(ctx context.Context, r *request, p *blockParams, blocks string, count func(*leadscore.Set) int) (*subject, error) {
	if err := r.read(p); err != nil {
		return nil, err
	}
	set, err := s.compileModels(&s.rules)
	if err != nil {
		return nil, err
	}
	if count(set) == 0 {
		return nil, fmt.Errorf("there %s in %s", blocks, named(s.rules.files))
	}
	return s.subject(ctx, r, p.quick, p.AsOf, nil)
}

// stages answers what stages does: in which stage each lead is, if it began in the first one.
func stages(ctx context.Context, s *Session, r *request) (any, error) {
	var p blockParams
	sub, err := s.subjectWith(ctx, r, &p, "are no stages", func(set *leadscore.Set) int { return len(set.Stages()) })
	if err != nil {
		return nil, err
	}
	opts := append(options(sub.asOf), leadscore.StagesBefore(func(string, string) string { return "" }))
	return nil, each(ctx, r, sub, p.Leads, opts, func(result leadscore.SetResult) error {
		for _, stage := range result.Stages() {
			if err := r.lines.Line(answer.KeyStage, answer.LeadStage{Lead: result.Lead, StageResult: stage}); err != nil {
				return err
			}
		}
		return nil
	})
}

// assign answers what assign does: who gets each lead.
func assign(ctx context.Context, s *Session, r *request) (any, error) {
	var p blockParams
	sub, err := s.subjectWith(ctx, r, &p, "is no assignment", func(set *leadscore.Set) int { return len(set.Assignments()) })
	if err != nil {
		return nil, err
	}
	return nil, each(ctx, r, sub, p.Leads, options(sub.asOf), func(result leadscore.SetResult) error {
		for _, a := range sub.set.Assignments() {
			assigned, err := a.Assign(result)
			if err != nil {
				return err
			}
			if err := r.lines.Line(answer.KeyAssigned, assigned); err != nil {
				return err
			}
		}
		return nil
	})
}

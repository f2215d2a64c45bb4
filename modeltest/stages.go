package modeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A stager finds the stages of the lead of a test, when one is expected.
type stager struct {
	set  *leadscore.Set // or nil
	lead string
	data leadscore.Source
	test *check.Test

	found bool
	moves []leadscore.Move // in all blocks
}

// unmet returns how the stage, or the moves, of the lead differ from an expectation, or "" if
// they meet it.
func (s *stager) unmet(ctx context.Context, x *check.Expectation) (string, error) {
	if err := s.find(ctx, x); err != nil {
		return "", err
	}
	stage, met := x.Stages.Stages[0].Name, false
	var history []string
	for _, m := range s.moves {
		if m.Stages != x.Stages.Name {
			continue
		}
		stage = m.To
		met = met || x.Kind == dsl.ExpectEvent && m.From == x.From && m.To == x.Name
		history = append(history, fmt.Sprintf("to %q at %s", m.To, m.AsOf.Format(time.RFC3339Nano)))
	}
	if met || x.Kind == dsl.ExpectStage && stage == x.Name {
		return "", nil
	}
	moved := fmt.Sprintf("the lead stays %q", stage)
	if len(history) > 0 {
		const most = 5
		if n := len(history) - most; n > 0 {
			history = append([]string{fmt.Sprintf("… after %d more", n)}, history[n:]...)
		}
		moved = "the lead moves " + strings.Join(history, ", ")
	}
	if x.Kind == dsl.ExpectStage {
		return fmt.Sprintf("the stage is %q, not %q: %s", stage, x.Name, moved), nil
	}
	return fmt.Sprintf("there is no event from %q to %q: %s", x.From, x.Name, moved), nil
}

// find finds the moves of the lead, from the date of the earliest record on.
func (s *stager) find(ctx context.Context, x *check.Expectation) error {
	if s.found {
		return nil
	}
	if s.set == nil || len(s.set.Stages()) == 0 {
		return errors.New("a test that expects a stage or an event needs the set of its model: run it by Results")
	}
	s.found = true
	from := s.test.AsOf
	for i := range s.test.Records {
		if at, ok := dateOf(s.set.Schema(), &s.test.Records[i]); ok && at.Before(from) {
			from = at
		}
	}
	for m, err := range s.set.Moves(ctx, s.lead, s.data, from, s.test.AsOf) {
		if err != nil {
			return err
		}
		s.moves = append(s.moves, m)
	}
	return nil
}

// dateOf returns when a record came to exist, or false if nothing says so.
func dateOf(schema *traverse.Schema, r *check.TestRecord) (time.Time, bool) {
	f, dated := schema.Entity(r.Entity).Dated()
	if !dated {
		return time.Time{}, false
	}
	switch v := r.Values[f.Name]; v.Kind() {
	case traverse.KindTime:
		return v.Time(), true
	case traverse.KindDate: // which begins a day before in no time zone
		return v.Time().AddDate(0, 0, -1), true
	}
	return time.Time{}, false
}

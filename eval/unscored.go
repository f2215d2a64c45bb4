package eval

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/calendar"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/internal/shown"
)

// An Audience says why a lead does not belong to the audience of a model: what each child
// of the audience counted. Those that do not hold, and the blocks that do not, are why.
type Audience struct {
	Children []ChildResult `json:"children"`         // in the order of the rules, those of blocks, too
	Blocks   []BlockResult `json:"blocks,omitempty"` // in the order of the rules, those in other blocks, too
}

// Equal reports whether a and b, which may be nil, are equal; times are compared as
// instants.
func (a *Audience) Equal(b *Audience) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a.Children, b.Children, ChildResult.equal) && slices.Equal(a.Blocks, b.Blocks)
}

// A Season says when a model is active.
type Season struct {
	From  time.Time // the first instant, in the model's time zone; the zero time if it has no beginning
	Until time.Time // the last instant; the zero time if it has no end
}

// Equal reports whether s and o, which may be nil, are equal; times are compared as
// instants.
func (s *Season) Equal(o *Season) bool {
	if s == nil || o == nil {
		return s == o
	}
	return s.From.Equal(o.From) && s.Until.Equal(o.Until)
}

// String returns the season as rules have it, such as
// `active from 2026-01-01 to 2026-12-31`: whole days as days, and other instants in the
// form of RFC 3339.
func (s *Season) String() string {
	from, until := s.From.Format(time.RFC3339Nano), s.Until.Format(time.RFC3339Nano)
	const clock = "15:04:05.999999999"
	if s.From.Format(clock) == "00:00:00" {
		from = s.From.Format(time.DateOnly)
	}
	if s.Until.Format(clock) == "23:59:59.999999" {
		until = s.Until.Format(time.DateOnly)
	}
	switch {
	case s.Until.IsZero():
		return "active from " + from
	case s.From.IsZero():
		return "active until " + until
	}
	return "active from " + from + " to " + until
}

// seasonJSON is the JSON form of a [Season].
type seasonJSON struct {
	From  jsonTime `json:"from,omitzero"`
	Until jsonTime `json:"until,omitzero"`
}

// MarshalJSON returns an object with from and until, in the form of RFC 3339.
func (s Season) MarshalJSON() ([]byte, error) {
	return shown.JSON(seasonJSON{jsonTime{s.From}, jsonTime{s.Until}})
}

// UnmarshalJSON reads what [Season.MarshalJSON] returns.
func (s *Season) UnmarshalJSON(text []byte) error {
	var j seasonJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*s = Season{j.From.Time, j.Until.Time}
	return nil
}

// Audience returns why the lead does not belong to the audience of the model. It returns
// nil for a lead that does, if no explanation was asked for, and if e is nil. Its children
// have lists once these have been read: see [Explanation.Detailed].
func (e *Explanation) Audience() *Audience {
	switch d := e.more(); {
	case d.told != nil:
		return d.told
	case d.audience != nil && d.listed:
		return &Audience{bare(d.audience.Children), d.audience.Blocks}
	default:
		return d.audience
	}
}

// Season returns when a model is active that is not. It returns nil for a model that is,
// if no explanation was asked for, and if e is nil.
func (e *Explanation) Season() *Season {
	return e.more().season
}

// notActive returns the outcome of a model that is not in season.
func notActive(m *check.Model, explain bool) ModelOutcome {
	out := ModelOutcome{Status: NotActive}
	if explain {
		s := &Season{}
		from, until := m.Season.Resolve(time.Time{}, m.Zone) // no season depends on as of
		if m.Season.Lo.Kind != check.Open {
			s.From = calendar.Local(time.UnixMicro(from), m.Zone)
		}
		if m.Season.Hi.Kind != check.Open {
			s.Until = calendar.Local(time.UnixMicro(until), m.Zone)
		}
		out.Explained = &Explanation{details: &details{season: s}}
	}
	return out
}

// outside returns the outcome of a lead that does not belong to the audience of a model,
// which it explains; or false if the lead belongs to it.
func (s *recordScorer) outside(p *points.Program, m *plan.Model, l *fetch.Lead) (ModelOutcome, bool) {
	if m.Audience == nil {
		return ModelOutcome{}, false
	}
	var why Contribution
	if s.explainer == nil {
		s.counts = s.countInto(s.counts[:0], m.Audience, l)
	} else {
		why, s.counts = s.explainer.condition(&s.batch.walker, m.Audience, l, s.counts[:0])
	}
	if p.InAudience(s.counts) {
		return ModelOutcome{}, false
	}
	if s.explainer == nil {
		return ModelOutcome{Status: NotInAudience}, true
	}
	return notInAudience(p, m, why.Children, s.counts), true
}

// notInAudience returns the outcome of a lead that does not belong to the audience of a model, explained
// by its children and by what these and its same blocks count.
func notInAudience(p *points.Program, m *plan.Model, children []ChildResult, counts []points.Count) ModelOutcome {
	holds := func(b *check.Block) bool { return p.AudienceHolds(b, counts) }
	blocks := blocksOf(m.Checked.Audience.Items, counts[len(children):], holds)
	return ModelOutcome{Status: NotInAudience, Explained: &Explanation{details: &details{audience: &Audience{children, blocks}}}}
}

package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
)

// season returns the instants as of which a part of a model acts, or nil if it always
// does.
func (c *checker) season(model *Model, a *dsl.Active) *Window {
	switch {
	case a == nil || a.From != nil && a.From.Bad || a.Until != nil && a.Until.Bad:
		return nil
	case a.Until == nil:
		return &Window{Lo: fixed(startOf(a.From, false, model.Zone))}
	case a.From == nil:
		return &Window{Hi: fixed(endOf(a.Until, false, model.Zone))}
	}
	w, ordered := windowOf(model, a.From, a.Until, false)
	if !ordered {
		d := c.problem(dsl.Span{Start: a.From.Start, End: a.Until.End}, CodeBounds, "the season ends before it begins: %s is after %s", a.From.Raw, a.Until.Raw)
		d.Help = fmt.Sprintf("write active from %s to %s", a.Until.Raw, a.From.Raw)
		return nil
	}
	return &w
}

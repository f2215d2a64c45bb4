package check

import "github.com/leadscore/leadscore/dsl"

// audience checks which leads are scored.
func (k *modelChecker) audience(a *dsl.Audience) *Condition {
	out := &Condition{Source: &dsl.Condition{Span: a.Span, Items: a.Items, Incomplete: a.Incomplete}}
	out.Items = k.items(k.model, out, a.Items, "an audience")
	return out
}

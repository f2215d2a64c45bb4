package check

import "github.com/leadscore/leadscore/dsl"

// inAudience says for messages what items are in.
const inAudience = "an audience"

// audience checks which leads are scored.
func (k *modelChecker) audience(a *dsl.Audience) *Condition {
	out := &Condition{Source: &dsl.Condition{Span: a.Span, Items: a.Items, Incomplete: a.Incomplete}}
	out.Items = k.items(k.model, out, a.Items, inAudience)
	return out
}

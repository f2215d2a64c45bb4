package pushdown

import (
	"fmt"
	"strings"
)

// Refusals is the error of [New] for a set that cannot be one statement with equal scores. It
// lists everything that stands in the way, in the order of the rules. Find it with
// [errors.AsType].
type Refusals []Refusal

// A Refusal is one thing that cannot be lowered exactly.
type Refusal struct {
	Model     string // "" = it is about the set as a whole
	Condition string // "" = it is about the model as a whole, or its audience
	Place     string // in the rules: file:line:column, or ""
	Reason    string // what cannot be lowered, without a full stop
	Remedy    string // what to do, without a full stop
}

// String returns the refusal as one line: the place, the model and the condition, the reason
// and the remedy.
func (r Refusal) String() string {
	var b strings.Builder
	if r.Place != "" {
		b.WriteString(r.Place + ": ")
	}
	if r.Model != "" {
		fmt.Fprintf(&b, "model %q", r.Model)
		if r.Condition != "" {
			fmt.Fprintf(&b, ", condition %q", r.Condition)
		}
		b.WriteString(": ")
	}
	b.WriteString(r.Reason)
	if r.Remedy != "" {
		b.WriteString("; " + r.Remedy)
	}
	return b.String()
}

// Error returns the refusals, one a line.
func (r Refusals) Error() string {
	lines := make([]string, len(r))
	for i, one := range r {
		lines[i] = "pushdown: " + one.String()
	}
	return strings.Join(lines, "\n")
}

// Package explain says why a lead has its score: what each condition counted, and
// what that added. A [Ledger] holds this as data that can be stored, printed as
// text, and written and read as JSON.
package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
)

// Occurrences is how many of the records that were counted [Lead] lists for a
// condition, unless it is told otherwise.
const Occurrences = 100

// A Ledger is what one model says of one lead, with what each condition
// contributed. Score, Grade, SalesReady and Contributions mean something only
// when Status is [leadscore.Scored].
type Ledger struct {
	Model         string                   `json:"model"`
	Lead          string                   `json:"lead"`
	Status        leadscore.Status         `json:"status"`
	Score         int64                    `json:"score"`
	Grade         string                   `json:"grade"` // "" when the score is outside all grades
	SalesReady    bool                     `json:"sales_ready"`
	Contributions []leadscore.Contribution `json:"contributions,omitempty"` // in the order of the rules
}

// Of returns the ledger of a result. It has contributions only if the result was
// scored with [leadscore.Explain].
func Of(r leadscore.Result) Ledger {
	return Ledger{r.Model, r.Lead, r.Status, r.Score, r.Grade, r.SalesReady, slices.Collect(r.Contributions())}
}

// Lead scores one lead with every model of a set, and returns a ledger for each
// model, in the order of the set. It lists up to [Occurrences] records for each
// condition, unless opts say otherwise with [leadscore.Explain]. Its errors are
// those of [leadscore.Set.Score].
func Lead(ctx context.Context, set *leadscore.Set, lead string, data leadscore.Source, opts ...leadscore.Option) ([]Ledger, error) {
	r, err := set.Score(ctx, lead, data, slices.Concat([]leadscore.Option{leadscore.Explain(Occurrences)}, opts)...)
	if err != nil {
		return nil, err
	}
	ledgers := make([]Ledger, len(r.Results))
	for i := range r.Results {
		ledgers[i] = Of(r.Results[i])
	}
	return ledgers, nil
}

// MarshalJSON returns what [leadscore.Result.MarshalJSON] returns for the result.
// json.Unmarshal reads it back.
func (l Ledger) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // rules are full of < and >
	var v any
	if l.Status == leadscore.Scored {
		type plain Ledger
		v = plain(l)
	} else {
		v = struct {
			Model  string           `json:"model"`
			Lead   string           `json:"lead"`
			Status leadscore.Status `json:"status"`
		}{l.Model, l.Lead, l.Status}
	}
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// String returns the ledger as text. The first line is that of
// [leadscore.Result.String]. Below it stand the conditions, below each its
// children with what they counted, and below these the records that were counted,
// or what kept the nearest one from counting. Control characters of names are
// replaced.
func (l Ledger) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, leadscore.Result{
		Model: l.Model, Lead: l.Lead, Status: l.Status, Score: l.Score, Grade: l.Grade, SalesReady: l.SalesReady,
	})
	for i := range l.Contributions {
		c := &l.Contributions[i]
		fmt.Fprintf(&b, "  %s: %s\n", shown.Printable(c.Condition), sum(c))
		for j := range c.Children {
			child := &c.Children[j]
			holds := "holds"
			if !child.Holds {
				holds = "does not hold"
			}
			fmt.Fprintf(&b, "    %s: %d, %s\n", shown.Printable(child.Rule), child.Count, holds)
			for _, u := range child.Nearest {
				fmt.Fprintf(&b, "      but for %s\n", shown.Printable(u.String()))
			}
			for _, o := range child.Occurrences {
				b.WriteString("      ")
				if !o.Time.IsZero() {
					b.WriteString(o.Time.UTC().Format(time.RFC3339Nano) + " ")
				}
				fmt.Fprintf(&b, "%s %s", o.Entity, shown.Printable(o.ID))
				if o.Routes > 1 {
					fmt.Fprintf(&b, ", %d routes", o.Routes)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// Summary returns the conditions that counted on one line, such as
// "Opened: 2 x +10 = +20; Known: 1 x -5 = -5". Names are as in the rules, so a
// control character in one stays.
func (l Ledger) Summary() string {
	var parts []string
	for i := range l.Contributions {
		if c := &l.Contributions[i]; c.Multiplier > 0 {
			parts = append(parts, c.Condition+": "+sum(c))
		}
	}
	return strings.Join(parts, "; ")
}

// sum returns a contribution as text, such as "2 x +10 = +20".
func sum(c *leadscore.Contribution) string {
	if c.Score == 0 {
		return fmt.Sprintf("%d x %+d = 0", c.Multiplier, c.Points)
	}
	return fmt.Sprintf("%d x %+d = %+d", c.Multiplier, c.Points, c.Score)
}

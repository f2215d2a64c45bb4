package dbtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/traverse"
)

// largeRules draws a model whose scores need more than 64 bits before they are clamped, most of
// the time.
func largeRules(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	fmt.Fprintf(&b, "model \"M\" {\ntarget %s\n", pick("contact", "lead with contact"))
	for i := range 1 + r.IntN(3) {
		path := pick("EmailOpened.Contact.Clicks.Contact.Visits", "EmailClicked.Contact.Clicks.Contact.Clicks.Contact", "EmailClicked.Contact.Visits",
			"Lead.ParentContact.Clicks.Contact.Visits.Contact", "EmailOpened.Contact.Visits.Contact.Clicks")
		fmt.Fprintf(&b, "condition \"C%d\" {\n%s %s\nscore %s\n}\n", i, pick("each", "each", "each", "at least 1000000000", "every 3"), path,
			pick("+1000000000", "-1000000000", "+999999937", "-1", "+1"))
	}
	if r.IntN(3) == 0 {
		b.WriteString(pick("limit up to 1000000000000\n", "limit from -7\n"))
	}
	return b.String() + "grade \"G\" from 9000000000000000000\nsales ready at 1\n}\n"
}

// largeData returns a lead with a few thousand records of three kinds, so that there are more than
// ten billion occurrences of a path through all of them.
func largeData(n int) reference.Data {
	refer := func(names ...string) map[string]traverse.Value {
		values := map[string]traverse.Value{}
		for _, name := range names {
			values[name] = traverse.TextValue("1")
		}
		return values
	}
	data := reference.Data{
		traverse.Lead:    {{ID: "1", Values: refer(traverse.ParentContact)}, {ID: "2", Values: refer(traverse.ParentAccount)}},
		traverse.Contact: {{ID: "1", Values: refer(traverse.ParentAccount)}},
		traverse.Account: {{ID: "1"}},
	}
	for _, kind := range []string{"EmailOpened", "EmailClicked", "Visit"} {
		for i := range n {
			data[kind] = append(data[kind], reference.Record{ID: fmt.Sprint(i + 1), Values: refer(traverse.Contact)})
		}
	}
	return data
}

// withoutClamp changes a dialect so that scores are not clamped to 64 bits.
func withoutClamp(d *pushdown.Dialect) *pushdown.Dialect {
	for _, f := range []*func([]string) string{&d.Least, &d.Greatest} {
		inner := *f
		*f = func(list []string) string {
			kept := slices.DeleteFunc(slices.Clone(list), func(x string) bool {
				return strings.Contains(x, "9223372036854775807") || strings.Contains(x, "9223372036854775808")
			})
			if len(kept) == 1 {
				return kept[0]
			}
			return inner(kept)
		}
	}
	return d
}

// TestLarge compares sums of more than 64 bits with the engine. A database without wider numbers
// must fail, or refuse.
func TestLarge(t *testing.T) {
	alone(t)
	forDatabases(t, func(t *testing.T, d *database) {
		s := d.styles[1]
		w := &world{ids: s.ids}
		w.schema, w.schemaText = reference.DrawSchema(1)
		w.all = largeData(2500)
		w.source, w.leads = inMemory(t, w.schema, w.all), []string{"1", "2"}
		db := d.load(t, s, w)
		clamped, unclamped, equal, failed := 0, 0, 0, 0
		for seed := range 40 {
			rules := largeRules(rand.New(rand.NewPCG(uint64(seed), 0)))
			set, err := leadscore.CompileSet(w.schema, []leadscore.File{{Name: "model.score", Text: rules}})
			if err != nil {
				t.Fatalf("%v\n%s", err, rules)
			}
			want, err := ofEngine(set, w.source, w.leads, largeAsOf)
			if err != nil {
				t.Fatal(err)
			}
			if statement, err := pushdown.New(set, withoutClamp(d.dialect()), s.mapping(w.schema)); err == nil {
				if got, err := ofStatement(db, statement, largeAsOf); err != nil || differences(want, got) != "" {
					unclamped++
				}
			}
			statement, err := pushdown.New(set, d.dialect(), s.mapping(w.schema))
			if _, refused := errors.AsType[pushdown.Refusals](err); refused && d.dialect().Wide == nil {
				failed++
				continue
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, rules)
			}
			got, err := ofStatement(db, statement, largeAsOf)
			switch text := differences(want, got); {
			case err != nil && d.dialect().Wide == nil:
				failed++
			case err != nil:
				t.Errorf("%v\n%s", err, rules)
			case text != "":
				t.Errorf("seed %d:\n%s%s", seed, text, rules)
			default:
				equal++
			}
			if what := want[pair{"1", "M"}]; strings.Contains(what, "9223372036854775807") || strings.Contains(what, "9223372036854775808") {
				clamped++
			}
		}
		t.Logf("%d models are equal, %d fail or are refused; the scores of %d are clamped; %d show that a clamp is missing", equal, failed, clamped, unclamped)
		if equal == 0 || clamped == 0 || unclamped <= failed {
			t.Error("the test checks too little")
		}
	})
}

var largeAsOf = time.Date(2026, 4, 8, 4, 0, 0, 0, time.UTC)

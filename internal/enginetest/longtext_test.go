package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// TestLongTexts: however long a text is, and however many expressions search it, the
// context is looked at while one lead is scored; and what was evaluated until then
// does not make later scores wrong.
func TestLongTexts(t *testing.T) {
	const expressions = 150
	var many, one strings.Builder
	one.WriteString(`condition "All" { has Lead where Topic contains "a"`)
	for i := range expressions {
		fmt.Fprintf(&many, "condition \"%d\" { has Lead where Topic does not contain \"x%d\" score +1 }\n", i, i)
		fmt.Fprintf(&one, " and Topic does not contain \"x%d\"", i)
	}
	one.WriteString(" score +1 }")
	text := strings.Repeat("aaab", 1<<18)
	for _, test := range []struct {
		name, rules string
		want        int64
		lends       bool
		opts        []leadscore.Option
	}{
		{"many conditions over columns", many.String(), expressions, true, nil},
		{"one condition over columns", one.String(), 1, true, nil},
		{"many conditions over fetched records", many.String(), expressions, false, nil},
		{"routes", many.String(), expressions, true, []leadscore.Option{leadscore.Explain(1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := memory.New(leadscore.StandardSchema())
			for id, topic := range map[string]string{"long": text, "short": "a"} {
				if err := data.Add("Lead", id, memory.Record{"ParentContact": "c", "Topic": topic}); err != nil {
					t.Fatal(err)
				}
			}
			var src leadscore.Source = data
			if !test.lends {
				src = &scoretest.Recorder{Source: data}
			}
			// compiled returns a new model, which has evaluated nothing yet.
			compiled := func() *leadscore.Model {
				m, err := leadscore.Compile("m.score", "model \"M\" {\ntarget contact\n"+test.rules+"\n}", leadscore.StandardSchema())
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			opts := append(test.opts, scoretest.AsOf)
			score := func(m *leadscore.Model, lead string, most int) (leadscore.Result, int, error) {
				looks := 0
				r, err := m.Score(&doneAfter{Context: t.Context(), looks: &looks, most: most}, lead, src, opts...)
				return r, looks, err
			}
			const never = 1 << 30
			_, few, err := score(compiled(), "short", never)
			if err != nil {
				t.Fatal(err)
			}
			r, all, err := score(compiled(), "long", never)
			if err != nil || r.Score != test.want {
				t.Fatalf("score %d, %v; want %d", r.Score, err, test.want)
			}
			if all < few+expressions/2 {
				t.Errorf("the context is looked at %d times for a long text, and %d times for a short one", all, few)
			}
			for k := range 8 {
				m := compiled()
				most := all * k / 8
				if _, looks, err := score(m, "long", most); !errors.Is(err, context.Canceled) || looks > most+6 {
					t.Errorf("done at look %d of %d: %v after %d", most, all, err, looks)
				}
				if r, _, err := score(m, "long", never); err != nil || r.Score != test.want {
					t.Errorf("after that the score is %d, %v; want %d", r.Score, err, test.want)
				}
			}
		})
	}
}

// TestManyWords: a list of any length gives the same as its words one by one.
func TestManyWords(t *testing.T) {
	var words []string
	for i := range 3000 {
		words = append(words, fmt.Sprintf("%q", fmt.Sprintf("w%dx", i)))
	}
	list := "(" + strings.Join(words, ", ") + ")"
	set := scoretest.CompileSet(t, `model "M" { target contact
		condition "Any" { has Lead where Topic contains any `+list+` score +1 }
		condition "None" { has Lead where Topic does not contain any `+list+` score +10 } }`)
	data := memory.New(leadscore.StandardSchema())
	for id, topic := range map[string]any{"first": "a W0X", "last": "w2999x", "middle": "w1w1500xx", "near": "w3000x w", "empty": nil} {
		if err := data.Add("Lead", id, memory.Record{"ParentContact": "c", "Topic": topic}); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]int64{"first": 1, "last": 1, "middle": 1, "near": 10, "empty": 0} {
		for _, opts := range [][]leadscore.Option{{scoretest.AsOf}, {scoretest.AsOf, leadscore.Explain(5)}} {
			if r, err := set.Score(t.Context(), id, data, opts...); err != nil || r.Results[0].Score != want {
				t.Errorf("%s: %+v, %v; want %d", id, r, err, want)
			}
		}
	}
}

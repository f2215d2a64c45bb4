package leadscore_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/scoretest"
)

// structured has a dimension with a weight, tiers, and a label.
const structured = `model "Parts" {
    target contact
    active until 2026-05-31
    audience { none Lead where Rating = "Cold" }
    dimension "Fit" {
        weight 50%
        first of "Town" {
            condition "Boston" { has Lead where City = "Boston" score +9 }
            condition "Named" { has Lead where City is not empty score +4 }
        }
        grade "A" from 5
        grade "B" below 5
    }
    condition "Opened" { each EmailOpened score +2 up to +3 }
    grade "Hot" from 5
    label "Fit"
    sales ready when label is "A" and not (condition "Named" holds)
}`

func structuredResults(t *testing.T, opts ...leadscore.Option) map[string]leadscore.Result {
	t.Helper()
	data := scoretest.Source(t, scoretest.Records{
		"Lead": {
			"boston": {"ParentContact": "ada", "City": "Boston"}, "paris": {"ParentContact": "ben", "City": "Paris"},
			"cold": {"ParentContact": "ben", "Rating": "Cold"}, "none": {},
		},
		"EmailOpened": {"1": {"Contact": "ada"}, "2": {"Contact": "ada"}},
	})
	m := scoretest.Compile(t, structured)
	results := map[string]leadscore.Result{}
	for _, lead := range []string{"boston", "paris", "cold", "none"} {
		r, err := m.Score(t.Context(), lead, data, append([]leadscore.Option{scoretest.AsOf}, opts...)...)
		if err != nil {
			t.Fatal(err)
		}
		results[lead] = r
	}
	return results
}

// TestStructuredResult: a result has what a model with parts gives, as fields, text and
// JSON, with and without an explanation.
func TestStructuredResult(t *testing.T) {
	for _, opts := range [][]leadscore.Option{nil, {leadscore.Explain(0)}, {leadscore.Explain(9)}} {
		results := structuredResults(t, opts...)
		for lead, want := range map[string]string{
			"boston": `"boston", Parts: score 8, Hot, label A, Fit 9 A, sales ready`,
			"paris":  `"paris", Parts: score 2, label B, Fit 4 B`,
			"cold":   `"cold", Parts: not in audience`,
			"none":   `"none", Parts: no parent`,
		} {
			if got := results[lead].String(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		r := results["boston"]
		label, ok := r.Label()
		if diff := cmp.Diff([]leadscore.Dimension{{Name: "Fit", Score: 9, Grade: "A"}}, r.Dimensions()); diff != "" || label != "A" || !ok || !r.Structured() {
			t.Errorf("label %s, dimensions (-want +got):\n%s", label, diff)
		}
		for _, lead := range []string{"cold", "none"} {
			if _, ok := results[lead].Label(); ok || results[lead].Dimensions() != nil || results[lead].Structured() {
				t.Errorf("%s is not scored, and has dimensions or a label", lead)
			}
		}
		if other := structuredResults(t, opts...)["boston"]; !r.Equal(other) {
			t.Errorf("the same lead gives %v and %v", r, other)
		}
		if len(opts) == 0 {
			text, err := r.MarshalJSON()
			want := `{"model":"Parts","lead":"boston","as_of":"2026-05-31T12:00:00Z","status":"scored","score":8,"grade":"Hot",` +
				`"dimensions":{"Fit":{"score":9,"grade":"A"}},"label":"A","sales_ready":true}`
			if string(text) != want || err != nil {
				t.Errorf("got %s, %v\nwant %s", text, err, want)
			}
			continue
		}
		sum := new(big.Int)
		for l := range r.Ledger() {
			sum.Add(sum, l.Amount)
		}
		if sum.Cmp(big.NewInt(r.Score)) != 0 {
			t.Errorf("the ledger adds up to %v", sum)
		}
	}
}

// TestStructuredLedgerReadBack: what is written as JSON can be read as a ledger.
func TestStructuredLedgerReadBack(t *testing.T) {
	r := structuredResults(t, leadscore.Explain(9))["boston"]
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var read explain.Ledger
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	ledger, err := explain.Of(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger, read); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	again, err := json.Marshal(read)
	if err != nil || string(again) != string(text) {
		t.Errorf("written again: %s, %v\nwant %s", again, err, text)
	}
	if kinds := slices.Collect(r.Ledger()); len(kinds) != 4 || kinds[2].Kind != "weight" || kinds[1].Why != "an earlier tier was taken" {
		t.Errorf("the ledger is %+v", kinds)
	}
}

// TestNotActive: a model that is not in season gives no score, and says so.
func TestNotActive(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{"Lead": {"l": {"ParentContact": "ada"}}})
	m := scoretest.Compile(t, `model "M" { target contact active until 2026-05-30 condition "C" { has Lead score +1 } }`)
	r, err := m.Score(t.Context(), "l", data, scoretest.AsOf)
	if err != nil || r.Status != leadscore.NotActive || r.Status.String() != "not active" || r.Score != 0 {
		t.Errorf("%v, %v", r, err)
	}
}

package check_test

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore/eval/check"
)

// TestPredicateKey checks that the keys of two predicates are equal only if the
// predicates differ in nothing but the order and repetition of their values.
func TestPredicateKey(t *testing.T) {
	fixed, relative := check.Bound{Kind: check.Fixed}, check.Bound{Kind: check.Relative}
	// The predicates of one row are the same; those of different rows are not.
	rows := [][]check.Predicate{
		{check.IsEmpty{}},
		{check.IsEmpty{Not: true}},
		{check.IsBool{}},
		{check.IsBool{Want: true}},
		{check.TextMatch{Values: []string{"a"}}, check.TextMatch{Values: []string{"a", "a"}}},
		{check.TextMatch{Values: []string{"a"}, Not: true}},
		{check.TextMatch{Values: []string{"a"}, How: check.MatchContains}},
		{check.TextMatch{Values: []string{"a", "b"}}, check.TextMatch{Values: []string{"b", "a", "b"}}},
		{check.TextMatch{Values: []string{"a b"}}},
		{check.TextMatch{Values: []string{`a" "b`}}},
		{check.ChoicesMatch{Values: []string{"a", "b"}}, check.ChoicesMatch{Values: []string{"b", "a"}}},
		{check.ChoicesMatch{Values: []string{"a", "b"}, All: true}},
		{check.ChoicesMatch{Values: []string{"a", "b"}, Not: true}},
		{check.NumberIn{Values: []float64{1, 2}}, check.NumberIn{Values: []float64{2, 1, 1}}},
		{check.NumberIn{Values: []float64{12}}},
		{check.NumberIn{Values: []float64{1, 2}, Not: true}},
		{check.NumberBetween{Lo: 1, Hi: 2}},
		{check.NumberBetween{Lo: 1, Hi: 2, LoOpen: true}},
		{check.NumberBetween{Lo: 1, Hi: 2, HiOpen: true}},
		{check.InWindow{Window: check.Window{Lo: fixed}}},
		{check.InWindow{Window: check.Window{Hi: fixed}}},
		{check.InWindow{Window: check.Window{Lo: relative}}},
		{check.InWindow{Window: check.Window{Lo: fixed, Days: true}}},
	}
	rowOf := map[string]int{}
	for i, row := range rows {
		for _, p := range row {
			key := check.PredicateKey(p)
			if j, ok := rowOf[key]; ok && j != i {
				t.Errorf("%#v has the key of %#v: %s", p, rows[j][0], key)
			}
			rowOf[key] = i
		}
	}
	if len(rowOf) != len(rows) {
		t.Errorf("%d keys of %d different predicates", len(rowOf), len(rows))
	}
	values := []string{"b", "a", "b"}
	if check.PredicateKey(check.TextMatch{Values: values}); !slices.Equal(values, []string{"b", "a", "b"}) {
		t.Errorf("the predicate now has the values %q", values)
	}
}

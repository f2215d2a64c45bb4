package check_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// checked checks rules against the standard schema.
func checked(t *rapid.T, rules string) ([]*check.Model, dsl.Diagnostics) {
	f, diags := dsl.Parse("rules.score", rules, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatalf("%v\n%s", diags, rules)
	}
	_, models, diags := check.Files(traverse.Standard(), f)
	return models, diags
}

// TestCountRows checks for which counts the rows of a table by number hold, against the
// meaning of their operators.
func TestCountRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(label string) float64 {
			return rapid.SampledFrom([]float64{-1, 0, 0.5, 1, 2, 2.5, 3, 4, 7, 1e15}).Draw(t, label)
		}
		text := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
		a, b := number("a"), number("b")
		lo, hi := min(a, b), max(a, b)
		list := []float64{a, b, number("c")}
		values := make([]string, len(list))
		for i, v := range list {
			values[i] = text(v)
		}
		all := strings.Join(values, ", ")
		rows := []struct {
			text  string
			holds func(n float64) bool
		}{
			{"= " + text(a), func(n float64) bool { return n == a }},
			{"!= " + text(a), func(n float64) bool { return n != a }},
			{"< " + text(a), func(n float64) bool { return n < a }},
			{"<= " + text(a), func(n float64) bool { return n <= a }},
			{"> " + text(a), func(n float64) bool { return n > a }},
			{">= " + text(a), func(n float64) bool { return n >= a }},
			{"below " + text(a), func(n float64) bool { return n < a }},
			{"from " + text(a), func(n float64) bool { return n >= a }},
			{"between " + text(lo) + " and " + text(hi), func(n float64) bool { return n >= lo && n <= hi }},
			{"from " + text(lo) + " to " + text(hi), func(n float64) bool { return n >= lo && n <= hi }},
			{"from " + text(lo) + " below " + text(hi+1), func(n float64) bool { return n >= lo && n < hi+1 }},
			{"in (" + all + ")", func(n float64) bool { return slices.Contains(list, n) }},
			{"not in (" + all + ")", func(n float64) bool { return !slices.Contains(list, n) }},
			{all, func(n float64) bool { return slices.Contains(list, n) }},
		}
		row := rows[rapid.IntRange(0, len(rows)-1).Draw(t, "row")]
		models, diags := checked(t, `model "M" { target contact table "T" by number of EmailOpened { `+row.text+` score +1 } }`)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		c := &models[0].Conditions[0]
		for n := range uint64(12) {
			any := false
			for i := range c.Children {
				ch := &c.Children[i]
				any = any || n >= ch.Min && (n <= ch.Max || ch.Max == 0 && ch.Min > 0)
			}
			if want := row.holds(float64(n)); any != want {
				t.Errorf("%s: %d occurrences: %t, want %t: %s", row.text, n, any, want, rowText(c))
			}
		}
	})
}

// TestLargeCountRows checks rows about counts of which a float has no neighbours that are
// one more or less.
func TestLargeCountRows(t *testing.T) {
	const large = 1 << 53
	for _, test := range []struct {
		row      string
		min, max uint64
	}{
		{"> 9007199254740992", large + 1, 0},
		{">= 9007199254740992", large, 0},
		{"= 9007199254740992", large, large},
		{"from 3 below 18014398509481984", 3, 2*large - 1},
		{"<= 9007199254740994", 0, large + 2},
		{"> 18446744073709551616", math.MaxUint64, 0},
	} {
		rules := `model "M" { target contact table "T" by number of EmailOpened { ` + test.row + ` score +1 } }`
		f, diags := dsl.Parse("rules.score", rules, dsl.Limits{})
		_, models, more := check.Files(traverse.Standard(), f)
		if diags = append(diags, more...); len(diags) > 0 {
			t.Fatal(diags)
		}
		if c := models[0].Conditions[0].Children; len(c) != 1 || c[0].Min != test.min || c[0].Max != test.max {
			t.Errorf("%s: %d children, the first from %d to %d, want one from %d to %d", test.row, len(c), c[0].Min, c[0].Max, test.min, test.max)
		}
	}
}

// TestLabels checks which labels a decision may name: those that are made of grades.
func TestLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		labels := []string{""}
		var names []string
		for i := range rapid.IntRange(1, 4).Draw(t, "dimensions") {
			grades := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "aa", "ab", "ba", "A"}), 1, 3, rapid.ID).Draw(t, "grades")
			fmt.Fprintf(&b, "dimension \"D%d\" { ", i)
			names = append(names, fmt.Sprintf(`"D%d"`, i))
			var longer []string
			for at, g := range grades {
				fmt.Fprintf(&b, "grade %q from %d to %d ", g, at, at)
				for _, l := range labels {
					longer = append(longer, l+g)
				}
			}
			b.WriteString("} ")
			labels = longer
		}
		label := rapid.StringOfN(rapid.SampledFrom([]rune("abA")), 1, 6, -1).Draw(t, "label")
		if rapid.Bool().Draw(t, "one of them") {
			label = rapid.SampledFrom(labels).Draw(t, "which")
		}
		_, diags := checked(t, fmt.Sprintf(`model "M" { target contact %s label %s sales ready when label is %q }`,
			b.String(), strings.Join(names, ", "), label))
		if known := slices.Contains(labels, label); known != (len(diags) == 0) {
			t.Errorf("label %q of %q: %v", label, labels, diags)
		}
	})
}

// TestManyLabels checks that labels of very many combinations are told apart.
func TestManyLabels(t *testing.T) {
	var b strings.Builder
	var names []string
	for i := range 40 {
		fmt.Fprintf(&b, `dimension "D%d" { grade "a" below 5 grade "aa" from 5 to 9 grade "b" from 10 } `, i)
		names = append(names, fmt.Sprintf(`"D%d"`, i))
	}
	for _, test := range []struct {
		label string
		known bool
	}{
		{strings.Repeat("a", 40), true}, {strings.Repeat("a", 80), true}, {strings.Repeat("ab", 20), true},
		{strings.Repeat("a", 39), false}, {strings.Repeat("a", 81), false}, {strings.Repeat("a", 60) + "c", false},
	} {
		rules := fmt.Sprintf(`model "M" { target contact %s label %s sales ready when label is %q }`, b.String(), strings.Join(names, ", "), test.label)
		_, _, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"rules.score": rules})...)
		if test.known != (len(diags) == 0) {
			t.Errorf("label %q: %v", test.label, diags)
		}
	}
}

package points

import (
	"cmp"
	"fmt"

	"github.com/leadscore/leadscore/eval/check"
)

// A Ledger says how a score came about. The amounts of its lines add up to the score.
// Those of the lines in a place, and in the places that it holds, add up to what the
// place adds, which for a dimension is its score times its weight.
type Ledger struct {
	Lines []Line
}

func (l *Ledger) begin(conditions int) { *l = Ledger{Lines: make([]Line, 0, conditions+4)} }

func (l *Ledger) add(line Line) { l.Lines = append(l.Lines, line) }

// A Line is one line of a [Ledger]: a condition and what it adds, or a change of the sum
// of the lines before it in its place. Each condition has a line; the others are there
// only if they change a sum.
type Line struct {
	Kind       LineKind
	In         *Place   // whose sum the line is part of
	Condition  int      // index into check.Model.Conditions, or -1
	Multiplier Fraction // of the condition, whatever the season
	Taken      bool     // the condition counts: its multiplier is above 0, in season, and no earlier tier was taken
	Amount     Total
	Rule       string // other than of a condition: what changes the sum, such as "limit up to 40"
	Why        Why    // the condition adds other than its points times its multiplier, or ""
}

// A LineKind is a kind of a [Line].
type LineKind uint8

// The kinds of lines.
const (
	ConditionLine LineKind = iota // what a condition adds
	LimitLine                     // what the limit of the place changes
	OutOfLine                     // what out of changes the score of a dimension by
	// ClampLine is what the end of 64 bits takes off the score of a model or dimension
	// where that is reported. The weight of a dimension is that of its exact score.
	ClampLine
	WeightLine // what its weight changes the score of a dimension by
)

var lineKinds = [...]string{"condition", "limit", "out of", "clamp", "weight"}

// String returns "condition", "limit", "out of", "clamp" or "weight".
func (k LineKind) String() string { return lineKinds[k] }

// A Why says why a condition adds other than its points times its multiplier.
type Why string

// The reasons.
const (
	OutOfSeason Why = "out of season"
	EarlierTier Why = "an earlier tier was taken"
	EarlierRow  Why = "an earlier row was taken"
	Bounded     Why = "its bound was reached"
)

// A Place is where lines are: in a model, or in a part of it.
type Place struct {
	Kind PlaceKind
	Name string
	In   *Place // what holds it; nil for a model
}

// Depth returns how many places hold p: 0 for a model.
func (p *Place) Depth() int {
	n := 0
	for p = p.In; p != nil; p = p.In {
		n++
	}
	return n
}

// A PlaceKind is a kind of a [Place].
type PlaceKind uint8

// The kinds of places.
const (
	ModelPlace PlaceKind = iota
	DimensionPlace
	GroupPlace
	FirstOfPlace
	TablePlace
)

var placeKinds = [...]string{"model", "dimension", "group", "first of", "table"}

// String returns "model", "dimension", "group", "first of" or "table".
func (k PlaceKind) String() string { return placeKinds[k] }

// ClampRule is the Rule of a [ClampLine].
const ClampRule = "64 bits"

// rule returns what changes the sum of a part, as in a line of some kind.
func (at *part) rule(kind LineKind) string {
	switch l := at.limit; {
	case kind == OutOfLine:
		return fmt.Sprintf("out of %d", at.dimension.OutOf)
	case kind == WeightLine:
		return fmt.Sprintf("weight %d%%", weightOf(at.dimension))
	case kind == ClampLine:
		return ClampRule
	case l.HasLo && l.HasHi:
		return fmt.Sprintf("limit from %d to %d", l.Lo, l.Hi)
	case l.HasLo:
		return fmt.Sprintf("limit from %d", l.Lo)
	default:
		return fmt.Sprintf("limit up to %d", l.Hi)
	}
}

// weightOf returns the weight of a dimension in percent: 100 if it is not said.
func weightOf(d *check.Dimension) int64 { return cmp.Or(d.Weight, 100) }

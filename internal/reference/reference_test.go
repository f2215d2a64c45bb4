package reference

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// TestEveryOperatorIsKnown checks that the reference knows each operator of the
// language for some type.
func TestEveryOperatorIsKnown(t *testing.T) {
	count := 0
	for op := range dsl.Ops() {
		count++
		known := emptyOperators[op] != nil
		for _, ofType := range operators {
			known = known || ofType[op] != nil
		}
		if !known {
			t.Errorf("the reference does not know the operator %s", op)
		}
	}
	if count < 32 {
		t.Errorf("found %d operators only", count)
	}
	for _, typ := range traverse.Types() {
		if len(operators[typ]) == 0 {
			t.Errorf("the reference knows no operators of %s", typ)
		}
	}
}

// TestEveryOperatorIsDrawn checks that the properties draw each operator that the
// reference knows for a type.
func TestEveryOperatorIsDrawn(t *testing.T) {
	for typ, ofType := range operators {
		drawn := map[dsl.Op]bool{}
		g := &generator{random: rand.New(rand.NewPCG(1, 2)), asOf: time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)}
		for range 1_000 {
			field := traverse.Field{Name: "Field", Type: typ, Values: []string{"A"}}
			text := `model "" { condition "" { has Lead where Field ` + g.operator(field, "UTC") + ` score 1 } }`
			file, problems := dsl.Parse("", text, dsl.Limits{})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			where := file.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition).Items[0].(*dsl.Child).Where
			drawn[where[0].(*dsl.Comparison).Op] = true
		}
		for op := range dsl.Ops() {
			known := emptyOperators[op] != nil || ofType[op] != nil
			// A choice has only some of the operators in its table, which is that of text.
			if drawn[op] != known && (drawn[op] || typ != traverse.Choice) {
				t.Errorf("%s %s: known %t, drawn %t", typ, op, known, drawn[op])
			}
		}
	}
}

// TestCalendar compares the reference's own dates with dates worked out by hand.
func TestCalendar(t *testing.T) {
	parse := func(layout, text string) time.Time {
		at, err := time.Parse(layout, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	in := func(name string) calendar {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return calendar{zone: zone}
	}
	for _, c := range []struct{ zone, wall, want string }{
		{"UTC", "2026-05-31T12:00", "2026-05-31T12:00:00Z"},
		{"Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z"},       // skipped: it becomes 03:30
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},       // twice: the first
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00Z"}, // skipped by half an hour: 02:45
		{"Pacific/Apia", "2011-12-30T10:00", "2011-12-30T20:00:00Z"},        // skipped by a day: 10:00 on the 31st
		{"America/St_Johns", "2010-11-07T00:00", "2010-11-07T02:30:00Z"},    // twice, across midnight
		{"Europe/Berlin", "2040-12-31T12:00", "2040-12-31T11:00:00Z"},
	} {
		if got := in(c.zone).instant(parse("2006-01-02T15:04", c.wall)); !got.Equal(parse(time.RFC3339, c.want)) {
			t.Errorf("%s in %s is %s, want %s", c.wall, c.zone, got, c.want)
		}
	}
	for _, c := range []struct{ zone, day, want string }{
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // begins at 01:00
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, // its midnight strikes once; 23:00 came back
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},      // begins at 01:00
		{"America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"},   // begins at 00:30
		{"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, // skipped: it begins with the next
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"America/New_York", "2040-12-31", "2040-12-31T05:00:00Z"},
	} {
		if got := in(c.zone).firstInstant(parse(time.DateOnly, c.day)); !got.Equal(parse(time.RFC3339, c.want)) {
			t.Errorf("%s in %s begins at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-31", -1, "2026-02-28"}, {"2024-03-31", -1, "2024-02-29"}, {"2024-02-29", -12, "2023-02-28"},
		{"2024-02-29", 48, "2028-02-29"}, {"2026-01-31", 1, "2026-02-28"}, {"2026-01-15", -13, "2024-12-15"},
		{"2000-02-29", -1200, "1900-02-28"},
	} {
		if got := addMonths(parse(time.DateOnly, c.from), c.months).Format(time.DateOnly); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, a := range fragments {
		for _, b := range fragments {
			if (fold(a) == fold(b)) != strings.EqualFold(a, b) {
				t.Errorf("%q and %q", a, b)
			}
		}
	}
}

// TestSaturation counts more routes than can be walked. A contact's n clicks have n³
// routes over two ways back and forth, and the sum of many conditions exceeds 64
// bits before the end; "The exact sum is clamped once".
func TestSaturation(t *testing.T) {
	const n = 2000
	const routes = n * n * n
	schema := leadscore.StandardSchema()
	schema, err := leadscore.ParseSchema("schema.score", "profile Contact { Clicks <- EmailClicked.Contact }", schema)
	if err != nil {
		t.Fatal(err)
	}
	source := memory.New(schema)
	add := func(entity, id string, r memory.Record) {
		if err := source.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add(traverse.Lead, "lead", memory.Record{traverse.ParentContact: "contact"})
	add(traverse.Contact, "contact", nil)
	for i := range n {
		add("EmailClicked", fmt.Sprint(i), memory.Record{traverse.Contact: "contact"})
	}
	// Each condition adds 8·10¹⁵: 1,200 of them exceed 64 bits, 1,100 do not.
	score := func(up, down int) int64 {
		var b strings.Builder
		b.WriteString(`model "M" { target contact`)
		for i := range up + down {
			points := "+1000000"
			if i >= up {
				points = "-1000000"
			}
			fmt.Fprintf(&b, "\ncondition \"%d\" { each EmailClicked.Contact.Clicks.Contact.Clicks.Contact score %s }", i, points)
		}
		b.WriteString(" }")
		model, err := leadscore.Compile("model.score", b.String(), schema)
		if err != nil {
			t.Fatal(err)
		}
		r, err := model.Score(context.Background(), "lead", source)
		if err != nil {
			t.Fatal(err)
		}
		return r.Score
	}
	for _, c := range []struct {
		up, down int
		want     int64
	}{
		{1, 0, routes * 1_000_000},
		{1100, 0, 1100 * routes * 1_000_000},
		{1200, 0, math.MaxInt64},
		{0, 1200, math.MinInt64},
		{1200, 1199, routes * 1_000_000},
		{1200, 1201, -routes * 1_000_000},
		{1153, 0, math.MaxInt64}, // 9.224·10¹⁸
		{1152, 0, 1152 * routes * 1_000_000},
	} {
		if got := score(c.up, c.down); got != c.want {
			t.Errorf("%d up, %d down: %d, want %d", c.up, c.down, got, c.want)
		}
	}
}

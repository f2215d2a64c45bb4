package traverse_test

import (
	"database/sql"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
)

var _ sql.Scanner = (*traverse.Value)(nil)

func TestValues(t *testing.T) {
	berlin := time.FixedZone("", 2*60*60)
	tests := []struct {
		name  string
		value traverse.Value
		kind  traverse.Kind
		text  string // String
		empty bool
	}{
		{"the zero value", traverse.Value{}, traverse.KindNull, "null", true},
		{"text", traverse.TextValue("Ä"), traverse.KindText, "Ä", false},
		{"the empty text", traverse.TextValue(""), traverse.KindText, "", true},
		{"white space", traverse.TextValue(" "), traverse.KindText, " ", false},
		{"a number", traverse.NumberValue(-1.5), traverse.KindNumber, "-1.5", false},
		{"a large number", traverse.NumberValue(1e21), traverse.KindNumber, "1000000000000000000000", false},
		{"zero", traverse.NumberValue(0), traverse.KindNumber, "0", false},
		{"NaN", traverse.NumberValue(math.NaN()), traverse.KindNull, "null", true},
		{"true", traverse.BoolValue(true), traverse.KindBool, "true", false},
		{"false", traverse.BoolValue(false), traverse.KindBool, "false", false},
		{"an instant", traverse.TimeValue(time.Date(2026, 5, 31, 14, 30, 0, 123456999, berlin)), traverse.KindTime, "2026-05-31T12:30:00.123456Z", false},
		{"an instant before 1970", traverse.TimeValue(time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC)), traverse.KindTime, "1969-12-31T23:59:59.999999Z", false},
		{"1970 itself", traverse.TimeValue(time.Unix(0, 0)), traverse.KindTime, "1970-01-01T00:00:00Z", false},
		{"a day", traverse.DateValue(2024, 2, 29), traverse.KindDate, "2024-02-29", false},
		{"a day that is normalised", traverse.DateValue(2023, 2, 29), traverse.KindDate, "2023-03-01", false},
		{"a day before 1970", traverse.DateValue(1900, 1, 1), traverse.KindDate, "1900-01-01", false},
		{"choices", traverse.ChoicesValue("A", "B"), traverse.KindChoices, "A; B", false},
		{"no choices", traverse.ChoicesValue(), traverse.KindChoices, "", true},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.value
			if v.Kind() != test.kind || v.String() != test.text || v.IsEmpty() != test.empty {
				t.Errorf("%v %q, empty %t; want %v %q, empty %t", v.Kind(), v, v.IsEmpty(), test.kind, test.text, test.empty)
			}
			for j, other := range tests {
				same := i == j || v.Kind() == traverse.KindNull && other.value.Kind() == traverse.KindNull
				if got := v.Equal(other.value); got != same {
					t.Errorf("Equal to %s: %t", other.name, got)
				}
			}
			// Methods for other kinds return zero.
			if v.Kind() != traverse.KindText && v.Text() != "" || v.Kind() != traverse.KindNumber && v.Number() != 0 ||
				v.Kind() != traverse.KindBool && v.Bool() || v.Kind() != traverse.KindTime && v.Micros() != 0 ||
				v.Kind() != traverse.KindDate && v.Day() != 0 || v.Kind() != traverse.KindChoices && v.Choices() != nil {
				t.Errorf("%v holds more than its kind says", v)
			}
		})
	}
}

func TestDayNumber(t *testing.T) {
	for _, test := range []struct {
		year, day int
		month     time.Month
		want      int64
	}{
		{1970, 1, time.January, 0}, {1969, 31, time.December, -1}, {1970, 2, time.January, 1},
		{2000, 1, time.January, 10957}, {2026, 5, time.May, 20578}, {1, 1, time.January, -719162},
	} {
		if got := traverse.DayNumber(test.year, test.month, test.day); got != test.want {
			t.Errorf("%d-%d-%d is day %d, want %d", test.year, test.month, test.day, got, test.want)
		}
	}
}

func TestValueRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if got := traverse.TextValue(s).Text(); got != s {
			t.Fatalf("text %q gives %q", s, got)
		}
		f := rapid.Float64().Draw(t, "number")
		if got := traverse.NumberValue(f).Number(); got != f {
			t.Fatalf("number %v gives %v", f, got)
		}
		micros := rapid.Int64Range(-62135596799999999, 253402300799999999).Draw(t, "micros")
		at := time.UnixMicro(micros)
		if v := traverse.TimeValue(at); v.Micros() != micros || !v.Time().Equal(at) || v.Time().Location() != time.UTC {
			t.Fatalf("instant %v gives %d, %v", at, v.Micros(), v.Time())
		}
		day := rapid.Int64Range(-719162, 2932896).Draw(t, "day")
		midnight := time.Unix(day*24*60*60, 0).UTC()
		if v := traverse.DateValue(midnight.Date()); v.Day() != day || !v.Time().Equal(midnight) {
			t.Fatalf("day %v gives %d, %v", midnight, v.Day(), v.Time())
		}
		chosen := rapid.SliceOf(rapid.String()).Draw(t, "chosen")
		got := traverse.ChoicesValue(chosen...).Choices()
		if strings.Join(got, "\x00") != strings.Join(chosen, "\x00") || len(got) != len(chosen) {
			t.Fatalf("choices %q give %q", chosen, got)
		}
	})
}

func TestScan(t *testing.T) {
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		src  any
		want traverse.Value
	}{
		{nil, traverse.Value{}},
		{"x", traverse.TextValue("x")},
		{[]byte("x"), traverse.TextValue("x")},
		{int64(42), traverse.NumberValue(42)},
		{int64(1) << 53, traverse.NumberValue(1 << 53)},
		{int64(1)<<53 + 1, traverse.TextValue("9007199254740993")},
		{int64(math.MaxInt64), traverse.TextValue("9223372036854775807")},
		{int64(math.MinInt64), traverse.NumberValue(math.MinInt64)},
		{1.5, traverse.NumberValue(1.5)},
		{true, traverse.BoolValue(true)},
		{at, traverse.TimeValue(at)},
	} {
		v := traverse.TextValue("before")
		if err := v.Scan(test.src); err != nil || !v.Equal(test.want) {
			t.Errorf("%v scans to %v %v, %v; want %v", test.src, v.Kind(), v, err, test.want)
		}
	}
	b := []byte("x")
	var v traverse.Value
	if err := v.Scan(b); err != nil {
		t.Fatal(err)
	}
	if b[0] = 'y'; v.Text() != "x" {
		t.Error("the value changes with the driver's buffer")
	}
	if err := v.Scan(struct{}{}); err == nil || err.Error() != "traverse: cannot scan a struct {} into a Value" {
		t.Errorf("got %v", err)
	}
}

// letters draws texts of letters whose case is not simple.
func letters() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune("aAkK\u212aſsSßẞσςΣµμΜéÉıİiIǅǆǄ 1")), 0, 6, -1),
		rapid.String(),
	)
}

// TestFold checks that texts fold to the same text exactly if strings.EqualFold
// reports that they are equal.
func TestFold(t *testing.T) {
	equal := 0
	rapid.Check(t, func(t *rapid.T) {
		a := letters().Draw(t, "a")
		b := letters().Draw(t, "b")
		if rapid.Bool().Draw(t, "related") {
			b = strings.ToUpper(a)
		}
		want := strings.EqualFold(a, b)
		if want && a != b {
			equal++
		}
		if got := traverse.Fold(a) == traverse.Fold(b); got != want {
			t.Fatalf("%q and %q fold to %q and %q; EqualFold is %t", a, b, traverse.Fold(a), traverse.Fold(b), want)
		}
		if f := traverse.Fold(a); traverse.Fold(f) != f {
			t.Fatalf("%q folds to %q and that to %q", a, f, traverse.Fold(f))
		}
		// Folding goes letter by letter.
		if got, want := traverse.Fold(a+b), traverse.Fold(a)+traverse.Fold(b); got != want {
			t.Fatalf("%q folds to %q, its halves to %q", a+b, got, want)
		}
	})
	if equal == 0 {
		t.Error("no two texts differed by letter case only: the property was not tried")
	}
	for r := rune(0); r <= 0x1ffff; r++ {
		if 0xd800 <= r && r < 0xe000 {
			continue
		}
		s := string(r)
		if u := strings.ToUpper(s); strings.EqualFold(s, u) && traverse.Fold(s) != traverse.Fold(u) {
			t.Errorf("%q and %q fold to %q and %q", s, u, traverse.Fold(s), traverse.Fold(u))
		}
	}
}

// TestNoTime checks that the zero Time, and times that do not fit into 64 bits, are
// null.
func TestNoTime(t *testing.T) {
	for _, at := range []time.Time{{}, time.Unix(1<<60, 0), time.Unix(-1<<60, 0)} {
		if v := traverse.TimeValue(at); !v.IsEmpty() || v.Kind() != traverse.KindNull {
			t.Errorf("%v gives %v", at, v)
		}
	}
	var v traverse.Value
	if err := v.Scan(time.Time{}); err != nil || !v.IsEmpty() {
		t.Errorf("scanned: %v, %v", v, err)
	}
}

func TestFieldFold(t *testing.T) {
	for _, test := range []struct {
		exact bool
		want  string
	}{{false, "abc"}, {true, "aBc"}} {
		f := traverse.Field{Name: "City", Type: traverse.Text, Exact: test.exact}
		if got := f.Fold("aBc"); got != test.want {
			t.Errorf("exact %t: %s, want %s", test.exact, got, test.want)
		}
	}
}

package traverse_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

type (
	rating  string
	level   int
	flag    bool
	ratings []rating
	uuid    [16]byte
	octet   byte
	moment  time.Time
	digits  json.Number
)

// again is a Valuer that gives itself.
type again struct{}

func (a again) Value() (driver.Value, error) { return a, nil }

// broken is a Valuer that fails.
type broken struct{}

func (broken) Value() (driver.Value, error) { return nil, errors.New("it is broken") }

type node *node

func TestValueOf(t *testing.T) {
	text, number, choices := traverse.TextValue, traverse.NumberValue, traverse.ChoicesValue
	null := traverse.Value{}
	at := time.Date(2026, 5, 31, 14, 30, 0, 123456789, time.FixedZone("", 2*60*60))
	var noText *string
	for _, test := range []struct {
		in   any
		want traverse.Value
	}{
		{nil, null},
		{noText, null},
		{&noText, null},
		{(*sql.NullString)(nil), null},
		{choices("A"), choices("A")},
		{new(number(1)), number(1)},
		{"a", text("a")},
		{"", text("")},
		{rating("Hot"), text("Hot")},
		{new(rating("Hot")), text("Hot")},
		{[]byte("a"), text("a")},
		{sql.RawBytes("a"), text("a")},
		{[]octet("a"), text("a")},
		{true, traverse.BoolValue(true)},
		{flag(false), traverse.BoolValue(false)},
		{7, number(7)},
		{level(-7), number(-7)},
		{int8(-8), number(-8)},
		{uint16(16), number(16)},
		{int64(1 << 53), number(1 << 53)},
		{int64(1<<53 + 1), text("9007199254740993")},
		{int64(math.MinInt64), number(math.MinInt64)},
		{int64(math.MaxInt64), text("9223372036854775807")},
		{uint64(1 << 63), number(1 << 63)},
		{uint64(math.MaxUint64), text("18446744073709551615")},
		{1.5, number(1.5)},
		{float32(0.5), number(0.5)},
		{json.Number("7"), number(7)},
		{json.Number("-1.5e3"), number(-1500)},
		{new(json.Number("7")), number(7)},
		{digits("7"), text("7")},
		{json.Number("9007199254740993"), text("9007199254740993")},
		{json.Number("123456789012345678901"), text("123456789012345678901")},
		{at, traverse.TimeValue(at)},
		{&at, traverse.TimeValue(at)},
		{time.Time{}, null},
		{[]string{"A", "", "B"}, choices("A", "B")},
		{[]string{}, null},
		{[]string(nil), null},
		{[]any{"A", nil, rating("B")}, choices("A", "B")},
		{ratings{"A"}, choices("A")},
		{[]*string{new("A"), nil}, choices("A")},
		{uuid{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 15: 0xff}, text("01234567-89ab-cdef-0000-0000000000ff")},
		{[16]octet{0x01, 15: 0xff}, text("01000000-0000-0000-0000-0000000000ff")},
		{new([16]octet{15: 1}), text("00000000-0000-0000-0000-000000000001")},
		{sql.NullString{String: "a", Valid: true}, text("a")},
		{sql.NullString{String: "a"}, null},
		{sql.Null[float64]{V: 1.5, Valid: true}, number(1.5)},
		{new(sql.NullInt32{Int32: 5, Valid: true}), number(5)},
		{sql.NullTime{Time: at, Valid: true}, traverse.TimeValue(at)},
		{netip.MustParseAddr("::1"), text("::1")},
		{big.NewInt(5), text("5")},
	} {
		if got, err := traverse.ValueOf(test.in); err != nil || !got.Equal(test.want) {
			t.Errorf("%T %v: got %v %v, %v; want %v %v", test.in, test.in, got.Kind(), got, err, test.want.Kind(), test.want)
		}
	}
}

func TestValueOfErrors(t *testing.T) {
	var round node
	round = &round
	var self any
	self = &self
	for _, test := range []struct {
		in   any
		want string
	}{
		{math.NaN(), "a number must be finite, not NaN"},
		{float32(math.Inf(-1)), "a number must be finite, not -Inf"},
		{json.Number("1e400"), `"1e400" is too large for a number`},
		{json.Number("0x1"), `"0x1" is not a number; write decimal digits, such as 1234.5`},
		{json.Number("Inf"), `"Inf" is not a number; write decimal digits, such as 1234.5`},
		{json.Number(""), `"" is not a number; write decimal digits, such as 1234.5`},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "the year 10000 is outside 0 to 9999"},
		{[]any{"A", 5}, "choices must be texts; 5 is a number"},
		{[]bool{true}, "choices must be texts; true is a bool"},
		{[][]string{{"A"}}, "choices must be texts; A is a list of choices"},
		{[]any{struct{}{}}, "a Go struct {} is not a value of a record"},
		{map[string]any{}, "a Go map[string]interface {} is not a value of a record"},
		{[2]byte{}, "a Go [2]uint8 is not a value of a record"},
		{1i, "a Go complex128 is not a value of a record"},
		{moment(time.Now()), "a Go traverse_test.moment is not a value of a record"},
		{struct{}{}, "a Go struct {} is not a value of a record"},
		{broken{}, "it is broken"},
		{again{}, "a Go traverse_test.again has too many levels of pointers"},
		{round, "a Go traverse_test.node has too many levels of pointers"},
		{self, "a Go *interface {} has too many levels of pointers"},
	} {
		if got, err := traverse.ValueOf(test.in); err == nil || err.Error() != test.want {
			t.Errorf("%T: got %v, %v; want %s", test.in, got, err, test.want)
		}
	}
}

// TestValueOfCopies: a value does not change with the bytes or the slice that it
// was made of.
func TestValueOfCopies(t *testing.T) {
	b, list := []byte("a"), []string{"A"}
	v, err := traverse.ValueOf(b)
	w, err2 := traverse.ValueOf(list)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if b[0], list[0] = 'b', "B"; v.Text() != "a" || strings.Join(w.Choices(), "") != "A" {
		t.Errorf("got %v and %v", v, w)
	}
}

// TestValueOfDecodedJSON checks that the values of decoded JSON suit Rows.Add.
func TestValueOfDecodedJSON(t *testing.T) {
	schema := traverse.Standard()
	need, err := schema.NewNeed("Lead", "", []string{"Topic", "NumberOfEmployees", "DoNotEmail", "CreatedOn", "ParentContact"}, "")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(`{"Topic": "t", "NumberOfEmployees": 12, "DoNotEmail": false, "CreatedOn": "2026-05-31T12:00:00Z", "ParentContact": 9007199254740993}`))
	d.UseNumber()
	var record map[string]any
	if err := d.Decode(&record); err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{"l1"}}
	rows := traverse.NewRows(q)
	var values []traverse.Value
	for _, field := range need.Fields {
		v, err := traverse.ValueOf(record[field])
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	rows.Add("l1", "l1", values...)
	if err := errors.Join(rows.Err(), rows.Failed("l1")); err != nil {
		t.Fatal(err)
	}
	for r := range rows.All() {
		var got []string
		for _, v := range r.Values {
			got = append(got, v.Kind().String()+" "+v.String())
		}
		if s := strings.Join(got, ", "); s != "text t, number 12, bool false, time 2026-05-31T12:00:00Z, text 9007199254740993" {
			t.Error(s)
		}
	}
}

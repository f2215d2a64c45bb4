package pushdown_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

// TestClickHouseTypes: the canonical form of columns, also of types that ClickHouse 18.16 does not
// have.
func TestClickHouseTypes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := pushdown.ClickHouse()
	for _, test := range []struct {
		column pushdown.Column
		typ    traverse.Type
		want   string // or what the error says
	}{
		{pushdown.Column{Type: "DateTime64(6, 'Europe/Berlin')"}, traverse.Time, `toUnixTimestamp64Micro("c")`},
		{pushdown.Column{Type: "Nullable(DateTime64(3))"}, traverse.Time, `toUnixTimestamp64Micro("c")`},
		{pushdown.Column{Type: "DateTime64(9)"}, traverse.Time, "the type DateTime64(9) of the column c cannot be compared as a time"},
		{pushdown.Column{Type: "DateTime"}, traverse.Time, `(toInt64("c") * 1000000)`},
		{pushdown.Column{Type: "Int64", Format: sqldb.UnixMillis}, traverse.Time, `(toInt64("c") * 1000)`},
		{pushdown.Column{Type: "Int64"}, traverse.Time, `toInt64("c")`},
		{pushdown.Column{Type: "String"}, traverse.Time, "the type String of the column c cannot be compared as a time"},
		{pushdown.Column{Type: "Date32"}, traverse.Time, "the column c holds days, which begin in Europe/Berlin where a time is wanted"},
		{pushdown.Column{Type: "Date32"}, traverse.Date, `toInt64("c")`},
		{pushdown.Column{Type: "Bool"}, traverse.Bool, `("c" = 1)`},
		{pushdown.Column{Type: "LowCardinality(Nullable(String))"}, traverse.Text, `nullIf(toString("c"), '')`},
		{pushdown.Column{Type: "LowCardinality(String)"}, traverse.NoType, `nullIf(toString("c"), '')`},
		{pushdown.Column{Type: "FixedString(8)"}, traverse.Text, "the type FixedString(8) of the column c cannot be compared as text"},
		{pushdown.Column{Type: "Decimal(10, 2)"}, traverse.Number, "the type Decimal(10, 2) of the column c cannot be compared as a number"},
		{pushdown.Column{Type: "Array(Nullable(String))"}, traverse.Choices, "the type Array(Nullable(String)) of the column c cannot be compared as a list of choices"},
	} {
		test.column.Name = "c"
		got, err := d.Canonical(d.Quote("c"), test.column, &pushdown.Mapping{Zone: berlin}, test.typ)
		text := got.Expr
		if err != nil {
			text = err.Error()
		}
		if text != test.want {
			t.Errorf("%s as %s: %s, want %s", test.column.Type, test.typ, text, test.want)
		}
	}
}

// TestClickHouseAtOnce: a statement is written by several goroutines at the same time.
func TestClickHouseAtOnce(t *testing.T) {
	s, err := pushdown.New(compile(t, read(t, "testdata/layered.score")), pushdown.ClickHouse(), pushdown.Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 4)
	var group sync.WaitGroup
	for i := range texts {
		group.Go(func() { texts[i], _ = s.Literal(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) })
	}
	group.Wait()
	for _, text := range texts {
		if text+"\n" != read(t, "testdata/layered.clickhouse.sql") {
			t.Error("the statement is another one")
		}
	}
}

// TestClickHouseRefusals: a statement that is too long is refused, and so is a column that has a
// name like those of statements.
func TestClickHouseRefusals(t *testing.T) {
	d := pushdown.ClickHouse()
	_, err := pushdown.New(compile(t, visits), d, pushdown.Mapping{Tables: map[string]pushdown.Table{
		"WebsiteVisited": {Columns: map[string]pushdown.Column{"Contact": {Name: "a7_id"}}},
	}})
	if _, ok := errors.AsType[pushdown.Refusals](err); !ok || !strings.Contains(err.Error(), "the column a7_id") {
		t.Errorf("a7_id: %v", err)
	}
	d.MaxText = 1000
	_, err = pushdown.New(compile(t, visits), d, pushdown.Mapping{})
	if _, ok := errors.AsType[pushdown.Refusals](err); !ok || !strings.Contains(err.Error(), "ClickHouse takes 1000; make a statement for fewer models") {
		t.Errorf("MaxText: %v", err)
	}
	d.MaxText = 0
	s, err := pushdown.New(compile(t, visits), d, pushdown.Mapping{}, pushdown.ForLeads())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Args(time.Now()); err == nil || err.Error() != "pushdown: ClickHouse has no parameters: use Literal" {
		t.Errorf("Args: %v", err)
	}
	if text, err := s.Literal(time.Now(), "a'b\\"); err != nil || !strings.Contains(text, `CAST(['a\'b\\'] AS Array(String))`) {
		t.Errorf("Literal: %v\n%s", err, text)
	}
}

package sqldb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/sqldb"
)

func TestPostgreSQLKeys(t *testing.T) {
	for _, test := range []struct {
		storage   sqldb.Storage
		keys      []string
		condition string
		parameter string
	}{
		{sqldb.Text, []string{"a"}, `t."id" = ANY($1::text[])`, `{"a"}`},
		{sqldb.Unknown, []string{"A"}, `t."id"::text = ANY($1::text[])`, `{"A"}`},
		{sqldb.FixedText, []string{"ab"}, `t."id" = ANY($1::bpchar[])`, `{"ab"}`},
		{sqldb.Text, []string{`"`, `\`, `{,}`, "NULL", "", "ü\n'"}, `t."id" = ANY($1::text[])`, "{\"\\\"\",\"\\\\\",\"{,}\",\"NULL\",\"\",\"ü\n'\"}"},
		{sqldb.Text, []string{"a\x00", "b", "\xff"}, `t."id" = ANY($1::text[])`, `{"b"}`}, // no text of PostgreSQL is like the others
		{sqldb.Text, nil, `t."id" = ANY($1::text[])`, `{}`},
		{sqldb.Integer, []string{"7", "-8"}, `t."id" = ANY($1::bigint[])`, `{"7","-8"}`},
		{sqldb.UUID, []string{"u"}, `t."id" = ANY($1::uuid[])`, `{"u"}`},
	} {
		condition, parameter := sqldb.PostgreSQL().Keys(`t."id"`, "$1", test.storage, test.keys)
		if condition != test.condition || parameter != test.parameter {
			t.Errorf("%q: got %s and %q, want %s and %q", test.keys, condition, parameter, test.condition, test.parameter)
		}
	}
}

func TestStorage(t *testing.T) {
	for _, test := range []struct {
		dialect sqldb.Dialect
		typ     string
		want    sqldb.Storage
	}{
		{sqldb.PostgreSQL(), "TEXT", sqldb.Text},
		{sqldb.PostgreSQL(), "BPCHAR", sqldb.FixedText},
		{sqldb.PostgreSQL(), "INT8", sqldb.Integer},
		{sqldb.PostgreSQL(), "NUMERIC", sqldb.Decimal},
		{sqldb.PostgreSQL(), "BOOL", sqldb.Boolean},
		{sqldb.PostgreSQL(), "TIMESTAMPTZ", sqldb.Instant},
		{sqldb.PostgreSQL(), "DATE", sqldb.Day},
		{sqldb.PostgreSQL(), "UUID", sqldb.UUID},
		{sqldb.PostgreSQL(), "JSONB", sqldb.JSON},
		{sqldb.PostgreSQL(), "_TEXT", sqldb.TextArray},
		{sqldb.PostgreSQL(), "_INT4", sqldb.Unfit},
		{sqldb.PostgreSQL(), "BYTEA", sqldb.Unfit},
		{sqldb.PostgreSQL(), "16385", sqldb.Unknown},
		{sqldb.SQLite(), "varchar(20)", sqldb.Text},
		{sqldb.SQLite(), "BIGINT", sqldb.Integer},
		{sqldb.SQLite(), "DOUBLE PRECISION", sqldb.Decimal},
		{sqldb.SQLite(), "decimal(10, 2)", sqldb.Decimal},
		{sqldb.SQLite(), "BOOLEAN", sqldb.Boolean},
		{sqldb.SQLite(), "JSON", sqldb.JSON},
		{sqldb.SQLite(), "BLOB", sqldb.Unfit},
		{sqldb.SQLite(), "DATETIME", sqldb.Untyped},
		{sqldb.SQLite(), "", sqldb.Untyped},
	} {
		if got := test.dialect.Storage(test.typ); got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.dialect.Name, test.typ, got, test.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.PostgreSQL(), sqldb.SQLite()} {
		if got := d.Quote(`a"; DROP TABLE b; --`); got != `"a""; DROP TABLE b; --"` {
			t.Errorf("%s: %s", d.Name, got)
		}
	}
}

func TestProblemsError(t *testing.T) {
	said := errors.New("permission denied")
	err := error(sqldb.Problems{
		{Entity: "Lead", Field: "Topic", Message: "there is none", Nearest: "topci"},
		{Entity: "Order", Message: "the table orders cannot be read", Err: said},
	})
	want := "sqldb: Lead.Topic: there is none; did you mean topci?\nsqldb: Order: the table orders cannot be read: permission denied"
	if err.Error() != want || !errors.Is(err, said) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(sqldb.Storage(200).String(), "200") {
		t.Error("an unknown storage does not say which")
	}
}

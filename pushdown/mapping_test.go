package pushdown_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
)

// TestColumnsOfText: words for true and false and a separator say that a column holds texts, if the
// mapping does not name its type.
func TestColumnsOfText(t *testing.T) {
	schema, err := leadscore.ParseSchema("schema", `profile Lead {
    Hot bool
    Tags choices ("Red", "Blue")
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules.score", Text: `model "M" {
    target contact
    condition "Hot" {
        has Lead where Hot = true and Tags contains "Red"
        score +1
    }
}`}})
	if err != nil {
		t.Fatal(err)
	}
	words, tags := pushdown.Column{True: "yes!", False: "no!"}, pushdown.Column{Separator: "|"}
	for _, test := range []struct {
		dialect *pushdown.Dialect
		columns map[string]pushdown.Column
		want    []string // in the statement, or a refusal
	}{
		{pushdown.PostgreSQL(), map[string]pushdown.Column{"Hot": words, "Tags": tags}, []string{`WHEN 'yes!' THEN`, `'|'`}},
		{pushdown.DuckDB(), map[string]pushdown.Column{"Hot": words, "Tags": tags}, []string{`WHEN 'yes!' THEN`, `'|'`}},
		{pushdown.ClickHouse(), map[string]pushdown.Column{"Hot": words, "Tags": tags}, []string{`= 'yes!', 1, `, `splitByString('|'`}},
		{pushdown.SQLite(), map[string]pushdown.Column{"Hot": words}, []string{`WHEN 'yes!' THEN`}},
		{pushdown.SQLite(), map[string]pushdown.Column{"Tags": tags}, []string{"the type TEXT of the column Tags cannot be compared as a list of choices"}},
		{pushdown.PostgreSQL(), map[string]pushdown.Column{"Hot": {True: "yes!"}}, []string{"the type text of the column Hot cannot be compared as a bool"}},
		{pushdown.PostgreSQL(), map[string]pushdown.Column{"Hot": {Type: "boolean", True: "yes!", False: "no!"}}, []string{`FROM "Lead"`}},
	} {
		mapping := pushdown.Mapping{Tables: map[string]pushdown.Table{"Lead": {Columns: test.columns}}}
		text := ""
		statement, err := pushdown.New(set, test.dialect, mapping)
		if err == nil {
			text, err = statement.Literal(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		}
		if _, ok := errors.AsType[pushdown.Refusals](err); ok {
			text = err.Error()
		} else if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s, %+v: the statement lacks %s:\n%s", test.dialect.Name, test.columns, want, text)
			}
		}
	}
}

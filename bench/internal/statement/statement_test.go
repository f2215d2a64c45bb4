package statement_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/statement"
)

// Whether the statements give the scores of leadscore is tested where there is a
// database: in packages database and duckdb.

func TestFold(t *testing.T) {
	for _, test := range []struct {
		dialect  *statement.Dialect
		operands []string
		want     string
	}{
		{statement.PostgreSQL, []string{"Abc"}, `lower(X COLLATE "C")`},
		{statement.PostgreSQL, []string{"Skål", "os"}, `CASE WHEN octet_length(X) = char_length(X) THEN lower(X COLLATE "C") ELSE translate(lower(X COLLATE "C"), 'ſ` + "\u212a\u212b" + `å', 'skÅÅ') END`},
		{statement.DuckDB, []string{"a"}, `CASE WHEN strlen(X) = length(X) THEN lower(X) ELSE translate(X, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') END`},
	} {
		if got := test.dialect.Fold("X", test.operands); got != test.want {
			t.Errorf("%s, %q: %s\nwant %s", test.dialect.Name, test.operands, got, test.want)
		}
	}
	if got := statement.Folded("O'Ké"); got != "'o''kÉ'" {
		t.Errorf("an operand is %s", got)
	}
}

func TestCounts(t *testing.T) {
	query := statement.Counts()
	if got, want := strings.Count(query, `GROUP BY "Contact"`), len(crm.Interactions); got != want || strings.Contains(query, "WHERE") {
		t.Errorf("%d kinds of %d are counted by\n%s", got, want, query)
	}
}

// A model reads each kind of interaction once, however many rules there are, and no
// columns that it does not test.
func TestReads(t *testing.T) {
	m := &rules.Model{Label: "few", Rules: []rules.Rule{
		{Name: "A", Points: 1, Children: []rules.Child{{Frequency: rules.Each, Entity: crm.Find("EmailOpened"), Days: 30}}},
		{Name: "B", Points: 2, Children: []rules.Child{{Frequency: rules.None, Entity: crm.Find("EmailOpened"), Days: 7, Filters: []rules.Filter{
			{Field: "Client", Op: rules.Equal, Texts: []string{"Mobile"}},
		}}}},
		{Name: "C", Points: 2, Children: []rules.Child{{Frequency: rules.Has, Entity: crm.Contact, Filters: []rules.Filter{
			{Field: "City", Op: rules.Contains, Texts: []string{"k'ö"}},
		}}}},
	}}
	reads, err := statement.Reads(m, statement.PostgreSQL, crm.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	want := `SELECT "id", "ParentContact" FROM "Lead"
SELECT "id", "ParentAccount", "City" FROM "Contact"
SELECT "Contact", "Timestamp", "Client" FROM "EmailOpened" WHERE "Contact" IS NOT NULL AND "Timestamp" >= '2026-05-01 12:00:00.000000+00'::timestamptz AND "Timestamp" <= '2026-05-31 12:00:00.000000+00'::timestamptz`
	if got := strings.Join(reads, "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	query, err := statement.Of(m, statement.PostgreSQL, crm.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"COUNT(*) AS n1,", // all records are in the longest window
		`COUNT(*) FILTER (WHERE e."Timestamp" >= '2026-05-24 12:00:00.000000+00'::timestamptz AND e."Client" = 'mobile') AS n2`,
		`CASE WHEN strpos(p."City", 'k''Ö') > 0 THEN 1 ELSE 0 END AS n3`,
		"CASE WHEN c.n2 = 0 THEN 2 ELSE 0 END",
	} {
		if !strings.Contains(query, part) {
			t.Errorf("%s is not in\n%s", part, query)
		}
	}
	if n := strings.Count(query, `FROM "EmailOpened"`); n != 1 {
		t.Errorf("EmailOpened is read %d times in\n%s", n, query)
	}
}

// What is not written as SQL is an error, and not a wrong score.
func TestSecondLayer(t *testing.T) {
	opened := crm.Find("EmailOpened")
	child := func(c rules.Child) rules.Rule { return rules.Rule{Name: "R", Points: 1, Children: []rules.Child{c}} }
	for name, r := range map[string]rules.Rule{
		"any of":      {Name: "R", Any: [][]rules.Child{{}}},
		"bound":       {Name: "R", Bound: 10},
		"season":      {Name: "R", Season: rules.Season{From: crm.AsOf, To: crm.AsOf}},
		"frequency":   child(rules.Child{Frequency: rules.AtMost, Entity: opened, Days: 1}),
		"decay":       child(rules.Child{Entity: opened, Days: 1, Use: rules.Use{Kind: rules.Halving}}),
		"two kinds":   child(rules.Child{Entity: opened, Or: crm.Find("EmailClicked"), Days: 1}),
		"until":       child(rules.Child{Entity: opened, Days: 2, Until: 1}),
		"no window":   child(rules.Child{Entity: opened}),
		"not":         child(rules.Child{Entity: opened, Days: 1, Filters: []rules.Filter{{Op: rules.Not}}}),
		"all of them": child(rules.Child{Entity: crm.Lead}),
	} {
		for _, of := range []func(*rules.Model) error{
			func(m *rules.Model) error { _, err := statement.Of(m, statement.DuckDB, crm.AsOf); return err },
			func(m *rules.Model) error { _, err := statement.Reads(m, statement.DuckDB, crm.AsOf); return err },
		} {
			if err := of(&rules.Model{Label: name, Rules: []rules.Rule{r}}); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	}
	if _, err := statement.Of(rules.Structured(), statement.DuckDB, crm.AsOf); err == nil {
		t.Error("structured: no error")
	}
	if _, err := statement.Of(&rules.Model{}, statement.DuckDB, crm.AsOf); err == nil {
		t.Error("no rules: no error")
	}
}

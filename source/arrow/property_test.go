package arrow_test

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
)

const rules = `
model "Contacts" {
    target contact
    time zone "Europe/Berlin"
    condition "Clicks" {
        each EmailClicked within last 30 days
            where Url contains "pricing"
        score +3
    }
    condition "Any" {
        at least 2 Interaction within last 90 days
        score +5
    }
    condition "Quiet" {
        none EmailSent within last 10 days
        score -2
    }
    condition "Profile" {
        has Lead.ParentContact
            where Birthday older than 30 years
              and Interests contains "Tea"
              and LifetimeValue >= 0.1
        score +7
    }
    condition "Empty" {
        has Lead.ParentContact
            where Email is empty
              and LastCall is not empty
        score +11
    }
    condition "Subscribed" {
        has Lead.ParentContact
            where Subscribed = true
              and CustomerNumber begins with "0000"
        score +13
    }
    condition "Orders" {
        each Lead.Orders within last 1 year
            where Amount > 3
        score +17
    }
    condition "Employees" {
        has EmailClicked.Contact.ParentAccount
            where NumberOfEmployees > 500
        score +19
    }
    grade "Low" below 10
    grade "High" from 10
    sales ready at 10
}
model "Accounts" {
    target account
    condition "Clicks" {
        each EmailClicked within last 60 days
        score +3
    }
    condition "Rating" {
        has Lead
            where Rating in ("Hot", "Cold")
        score +23
    }
    limit up to +50
}
`

var asOf = time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)

// drawn returns random records of the schema of the contract test.
func drawn(t *rapid.T, schema *traverse.Schema) []sourcetest.Record {
	days := func(label string) time.Time {
		return asOf.Add(-time.Duration(rapid.Int64Range(-10*24*3600, 500*24*3600).Draw(t, label)) * time.Second)
	}
	of := map[traverse.Type]func() traverse.Value{
		traverse.Text: func() traverse.Value {
			return traverse.TextValue(rapid.SampledFrom([]string{"", "pricing", "PRICING page", "0000123", "ſtraße", "x"}).Draw(t, "text"))
		},
		traverse.Number: func() traverse.Value {
			return traverse.NumberValue(rapid.SampledFrom([]float64{0, 0.1, 3, 3.5, 501, -7}).Draw(t, "number"))
		},
		traverse.Bool: func() traverse.Value { return traverse.BoolValue(rapid.Bool().Draw(t, "bool")) },
		traverse.Time: func() traverse.Value { return traverse.TimeValue(days("time")) },
		traverse.Date: func() traverse.Value { return traverse.DateValue(days("date").AddDate(-29, 0, 0).Date()) },
		traverse.Choice: func() traverse.Value {
			return traverse.TextValue(rapid.SampledFrom([]string{"Hot", "warm", "Cold"}).Draw(t, "choice"))
		},
		traverse.Choices: func() traverse.Value {
			return traverse.ChoicesValue(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Coffee", "tea", "Hot, sweet cocoa"}), 1, 3, rapid.ID[string]).Draw(t, "choices")...)
		},
	}
	var records []sourcetest.Record
	for e := range schema.Entities() {
		n := rapid.IntRange(0, 12).Draw(t, e.Name())
		for i := range n {
			r := sourcetest.Record{Entity: e.Name(), ID: fmt.Sprintf("%s-%d", e.Name(), i), Values: map[string]traverse.Value{}}
			for f := range e.Fields() {
				if rapid.IntRange(0, 5).Draw(t, "given") > 0 {
					r.Values[f.Name] = of[f.Type]()
				}
			}
			for rel := range e.Relationships() {
				if !rel.Many() && rapid.IntRange(0, 5).Draw(t, "referred") > 0 {
					r.Values[rel.Name] = traverse.TextValue(fmt.Sprintf("%s-%d", rel.Target, rapid.IntRange(0, 7).Draw(t, "reference")))
				}
			}
			records = append(records, r)
		}
	}
	return records
}

// TestEqualScores compares the scores of random records in files with those of the same
// records in memory.
func TestEqualScores(t *testing.T) {
	schema := sourcetest.Schema()
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "rules.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	scored, left := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		records := drawn(r, schema)
		want := memory.New(schema)
		for _, record := range records {
			if err := want.Add(record.Entity, record.ID, memory.Record(convert(record.Values))); err != nil {
				r.Fatal(err)
			}
		}
		batches, mapping := rapid.SampledFrom(styles).Draw(r, "style").batches(schema, records)
		files := fstest.MapFS{}
		for name, b := range batches {
			for i, part := range split(b, rapid.Int64Range(3, 20).Draw(r, "rows of a file")) {
				files[fmt.Sprintf("%s-%d.parquet", name, i)] = parquetOf(t, rapid.Int64Range(1, 7).Draw(r, "rows of a group"), part)
			}
		}
		queries := set.Queries(asOf)
		tables, err := arrow.Open(t.Context(), files, schema, sqldb.Options{Mapping: mapping, Needs: set.Needs()})
		if err != nil {
			r.Fatal(err)
		}
		got, err := tables.Load(t.Context(), queries, sqldb.LoadOptions{})
		if err != nil {
			r.Fatal(err)
		}
		left += want.Len("EmailClicked") - got.Len("EmailClicked")
		for lead, err := range want.Leads(t.Context()) {
			if err != nil {
				r.Fatal(err)
			}
			a, err := set.Score(t.Context(), lead, want, leadscore.AsOf(asOf))
			if err != nil {
				r.Fatal(err)
			}
			b, err := set.Score(t.Context(), lead, got, leadscore.AsOf(asOf))
			if err != nil {
				r.Fatal(err)
			}
			if !a.Equal(b) {
				r.Fatalf("from files %v\nin memory %v", b, a)
			}
			scored++
		}
	})
	if scored == 0 || left == 0 {
		t.Errorf("%d leads were scored, and %d clicks left out, as they are too old to count", scored, left)
	}
}

func convert(values map[string]traverse.Value) map[string]any {
	out := map[string]any{}
	for name, v := range values {
		out[name] = v
	}
	return out
}

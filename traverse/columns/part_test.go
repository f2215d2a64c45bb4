package columns_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// TestPart: a store that was made for some queries has columns for what these ask, and
// answers no others.
func TestPart(t *testing.T) {
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	schema := schema(t)
	query := func(entity, by, when string, from time.Time, fields ...string) traverse.Query {
		n, err := schema.NewNeed(entity, by, fields, when)
		if err != nil {
			t.Fatal(err)
		}
		return traverse.Query{Need: n, Keys: []string{"c"}, From: from}
	}
	s, err := columns.NewPart(schema, []traverse.Query{
		query("Lead", "", "", time.Time{}, "ParentContact"),
		query("Contact", "", "", time.Time{}, "City"),
		query("Opened", "Contact", "Timestamp", since.AddDate(0, 0, 1), "Timestamp"),
		query("Opened", "Lead", "Timestamp", since, "EmailName", "Timestamp"),
		query("Clicked", "Contact", "Timestamp", since, "Timestamp"),
		query("Clicked", "", "", time.Time{}, "Url"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for e := range schema.Entities() {
		for _, c := range s.Table(e.Name()).Columns() {
			names = append(names, e.Name()+"."+c.Name)
		}
	}
	want := []string{
		"Lead.ParentContact", "Lead.ParentAccount", "Contact.City", "Contact.ParentAccount",
		"Opened.EmailName", "Opened.Timestamp", "Opened.Lead", "Opened.Contact", "Clicked.Url", "Clicked.Timestamp", "Clicked.Contact",
	}
	if slices.Sort(names); !slices.Equal(names, slices.Sorted(slices.Values(want))) {
		t.Errorf("columns %q", names)
	}
	for _, c := range []struct {
		q    traverse.Query
		want string
	}{
		{query("Contact", "", "", time.Time{}, "City"), ""},
		{query("Opened", "Lead", "Timestamp", since, "Timestamp", "EmailName"), ""},
		{query("Opened", "Contact", "Timestamp", since.AddDate(1, 0, 0), "Timestamp"), ""},
		{query("Clicked", "Contact", "Timestamp", time.Time{}, "Timestamp", "Url"), ""},
		{query("Clicked", "", "", time.Time{}, "Url"), ""},
		{query("Account", "", "", time.Time{}), "Account is missing"},
		{query("Contact", "", "", time.Time{}, "City", "Birthday"), "Contact.Birthday is missing"},
		{query("Contact", "ParentAccount", "", time.Time{}, "City"), "Contact.ParentAccount is missing"},
		{query("Lead", "", "", time.Time{}, "ParentContact", "ParentAccount"), "Lead.ParentAccount is missing"},
		{query("Opened", "Lead", "Timestamp", time.Time{}, "Timestamp"), "records of Opened before 2026-01-02T00:00:00Z are missing"},
		{query("Opened", "Lead", "Timestamp", since.Add(-1), "Timestamp"), "records of Opened before 2026-01-02T00:00:00Z are missing"},
		{query("Opened", "Lead", "", since, "Timestamp"), "records of Opened before 2026-01-02T00:00:00Z are missing"},
	} {
		got, fetched := s.Covers(&c.q), s.Fetch(t.Context(), &c.q, traverse.NewRows(&c.q))
		if fmt.Sprint(got) != fmt.Sprint(fetched) {
			t.Errorf("Covers returned %v, Fetch %v", got, fetched)
		}
		if c.want == "" && got == nil {
			continue
		}
		if !errors.Is(got, columns.ErrNotCovered) || got.Error() != "columns: "+c.want+": the records were loaded for other queries" {
			t.Errorf("%+v: got %v, want %s", *c.q.Need, got, c.want)
		}
		if err := columns.New(schema).Covers(&c.q); err != nil {
			t.Errorf("a store for everything: %v", err)
		}
	}
}

// TestPartErrors: queries that the schema does not know make no store.
func TestPartErrors(t *testing.T) {
	for want, n := range map[string]traverse.Need{
		"columns: unknown entity Order":                        {Entity: "Order"},
		"columns: Contact has no field or reference Shoe":      {Entity: "Contact", Fields: []string{"City", "Shoe"}},
		"columns: Opened has no field or reference Campaign":   {Entity: "Opened", By: "Campaign"},
		"columns: Account has no field or reference Employees": {Entity: "Account", Fields: []string{"Employees"}},
	} {
		if _, err := columns.NewPart(schema(t), []traverse.Query{{Need: &n}}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

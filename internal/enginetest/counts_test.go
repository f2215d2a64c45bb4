package enginetest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// TestManyRoutes: routes are counted, not walked, so there can be nine million.
func TestManyRoutes(t *testing.T) {
	data := scoretest.Records{"Lead": {"lead-1": {"ParentContact": "c0", "ParentAccount": "a"}}, "Account": {"a": {}}, "Contact": {}}
	for i := range 3000 {
		data["Contact"][fmt.Sprint("c", i)] = memory.Record{"ParentAccount": "a"}
	}
	path := "Lead.ParentAccount.Contacts.ParentAccount.Contacts" // 3000 * 3000 routes
	r, err := scoretest.Compile(t, scoretest.Model("M", "each "+path)).Score(t.Context(), "lead-1", scoretest.Source(t, data), scoretest.AsOf)
	if err != nil || r.Score != 9_000_000 {
		t.Errorf("got %d, %v", r.Score, err)
	}
}

// TestDateRangeOfTheLead: a date range ends at as of for the lead, too, which exists
// whatever its date is.
func TestDateRangeOfTheLead(t *testing.T) {
	at := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		typ    string
		inside []time.Time
		beyond []time.Time
	}{
		{
			"time", []time.Time{at, at.AddDate(0, 0, -2)},
			[]time.Time{at.Add(time.Microsecond), at.AddDate(0, 0, 1), at.AddDate(0, 0, -2).Add(-time.Microsecond)},
		},
		{"date", []time.Time{at, at.AddDate(0, 0, -2)}, []time.Time{at.AddDate(0, 0, 1), at.AddDate(0, 0, -3)}},
	} {
		schema, err := leadscore.ParseSchema("s.score", "profile Lead { Began "+test.typ+" dated by Began }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		m, err := leadscore.Compile("m.score", scoretest.Model("M", "has Lead within last 2 days"), schema)
		if err != nil {
			t.Fatal(err)
		}
		for i, began := range slices.Concat(test.inside, test.beyond) {
			data := memory.New(schema)
			if err := data.Add("Lead", "l", memory.Record{"ParentContact": "c", "Began": began}); err != nil {
				t.Fatal(err)
			}
			want := int64(1)
			if i >= len(test.inside) {
				want = 0
			}
			if r, err := m.Score(t.Context(), "l", data, leadscore.AsOf(at)); err != nil || r.Score != want {
				t.Errorf("%s %s: got %d, %v, want %d", test.typ, began, r.Score, err, want)
			}
		}
	}
}

// TestModelsOfTwoSchemas: models with different schemas can be in one set. Each asks
// for what its own schema has.
func TestModelsOfTwoSchemas(t *testing.T) {
	standard := scoretest.Compile(t, scoretest.Model("Standard", "each EmailOpened"))
	own, err := leadscore.Compile("own.score", "interaction Tasting { Beans text }\n"+scoretest.Model("Own", `each Tasting where Beans = "Arabica"`), leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	again := scoretest.Compile(t, scoretest.Model("Again", "each EmailClicked"))
	set, err := leadscore.NewSet(standard, own, again)
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(own.Schema())
	add := func(entity, id string, r memory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Lead", "lead-1", memory.Record{"ParentContact": "anna"})
	add("EmailOpened", "o1", memory.Record{"Contact": "anna"})
	add("EmailOpened", "o2", memory.Record{"Contact": "anna"})
	add("Tasting", "t1", memory.Record{"Contact": "anna", "Beans": "arabica"})
	for i := range 3 {
		add("EmailClicked", string(rune('a'+i)), memory.Record{"Contact": "anna"})
	}
	r, err := set.Score(t.Context(), "lead-1", data)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, m := range r.Results {
		got[m.Model] = m.Score
	}
	if diff := cmp.Diff(map[string]int64{"Standard": 2, "Own": 1, "Again": 3}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Results[0].Model != "Standard" || r.Results[1].Model != "Own" || r.Results[2].Model != "Again" {
		t.Errorf("the results are in another order: %v", r.Results)
	}
}

package columns_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ownersOf names the owners of the interactions in each layout.
var ownersOf = map[columns.Layouts]string{columns.ByContact: traverse.Contact, columns.ByLead: traverse.Lead}

// owned writes down the interactions of each owner in some layouts, as they lie.
func owned(t failer, s *columns.Store, layouts columns.Layouts) []string {
	var lines []string
	err := s.Use(context.Background(), layouts, func() error {
		for _, by := range []columns.Layouts{columns.ByContact, columns.ByLead} {
			if layouts&by == 0 {
				continue
			}
			owners := s.Table(ownersOf[by])
			for i := range 12 {
				id := fmt.Sprint("c", i)
				counts, times, cells := s.Owned(by).Of(owners.Key(id))
				for k, n := range counts {
					kind := s.Owned(by).Kinds()[k]
					for range n {
						lines = append(lines, fmt.Sprint(ownersOf[by], " ", id, " ", kind.Entity().Name(), " ", times[0], " ", cells[:kind.Width()]))
						times, cells = times[1:], cells[kind.Width():]
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

type failer interface{ Fatal(...any) }

// TestOwned: however adding and lending alternate, the interactions of a contact or lead
// lie as if all had been there at first.
func TestOwned(t *testing.T) {
	const all = columns.ByContact | columns.ByLead
	s := schema(t)
	rapid.Check(t, func(t *rapid.T) {
		atOnce, bit := columns.New(s), columns.New(s)
		for i := range rapid.IntRange(0, 60).Draw(t, "records") {
			kind := rapid.SampledFrom([]string{"Opened", "Clicked", "Contact"}).Draw(t, "kind")
			var values []traverse.Value
			for _, c := range bit.Table(kind).Columns() {
				v := traverse.Value{}
				switch {
				case kind != traverse.Contact && (c.Name == traverse.Contact || c.Name == traverse.Lead):
					v = traverse.TextValue(rapid.SampledFrom([]string{"c1", "c2", "c11", "", "c5"}).Draw(t, c.Name))
				case c.Type == traverse.Time && rapid.IntRange(0, 4).Draw(t, "dated") > 0:
					v = traverse.MicrosValue(int64(rapid.IntRange(-3, 3).Draw(t, "at")))
				case c.Type == traverse.Text:
					v = traverse.TextValue(fmt.Sprint(i))
				}
				values = append(values, v)
			}
			for _, store := range []*columns.Store{atOnce, bit} {
				if err := store.Add(kind, fmt.Sprint("c", i), values...); err != nil {
					t.Fatal(err)
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "lend") == 0 {
				owned(t, bit, rapid.SampledFrom([]columns.Layouts{columns.ByContact, columns.ByLead, all}).Draw(t, "layouts"))
			}
		}
		if diff := cmp.Diff(owned(t, atOnce, all), owned(t, bit, all)); diff != "" {
			t.Fatalf("at once, and bit by bit (-want +got):\n%s", diff)
		}
	})
}

// TestLayoutsOnDemand: a layout that nobody has asked for takes no memory.
func TestLayoutsOnDemand(t *testing.T) {
	s := columns.New(schema(t))
	add(t, s, "Opened", "1", map[string]traverse.Value{traverse.Contact: traverse.TextValue("c1"), traverse.Lead: traverse.TextValue("c1")})
	var made columns.Layouts
	for _, layouts := range []columns.Layouts{0, columns.ByContact, columns.ByLead} {
		made |= layouts
		err := s.Use(t.Context(), layouts, func() error {
			for by, owner := range ownersOf {
				counts, _, _ := s.Owned(by).Of(s.Table(owner).Key("c1"))
				if got := len(counts) > 0; got != (made&by != 0) {
					t.Errorf("lent with the layouts %b, the store has interactions by %s: %t", layouts, owner, got)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestOrder: newest first, the undated last, kind by kind; those of a lead, too, of the
// kinds that refer to one.
func TestOrder(t *testing.T) {
	s := columns.New(schema(t))
	for i, at := range []int64{3, 9, columns.NoTime, 5} {
		for _, kind := range []string{"Clicked", "Opened"} {
			r := map[string]traverse.Value{traverse.Contact: traverse.TextValue("c7"), traverse.Lead: traverse.TextValue("c8")}
			if at != columns.NoTime {
				r[traverse.Timestamp] = traverse.MicrosValue(at)
			}
			add(t, s, kind, fmt.Sprint(i), r)
		}
	}
	var got []string
	for _, line := range owned(t, s, columns.ByContact|columns.ByLead) {
		got = append(got, strings.Join(strings.Fields(line)[1:4], " "))
	}
	none := fmt.Sprint(int64(columns.NoTime))
	want := []string{
		"c7 Opened 9", "c7 Opened 5", "c7 Opened 3", "c7 Opened " + none,
		"c7 Clicked 9", "c7 Clicked 5", "c7 Clicked 3", "c7 Clicked " + none,
		"c8 Opened 9", "c8 Opened 5", "c8 Opened 3", "c8 Opened " + none,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

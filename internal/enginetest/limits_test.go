package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
)

// TestMaxRecords: a lead fails if it reaches too many records itself, wherever in the
// stream it is, and never because of other leads.
func TestMaxRecords(t *testing.T) {
	// Lead i reaches i + 2 records: itself, its contact and i clicks. Another lead
	// reaches its account and all records of every second of these contacts.
	data := scoretest.Records{"Lead": {"company": {"ParentAccount": "a"}}, "Contact": {}, "EmailClicked": {}, "Account": {"a": {}}}
	ids, reached := []string{"company"}, []int{0}
	for i := range 8 {
		lead, contact := fmt.Sprint("lead-", i), fmt.Sprint("c", i)
		data["Lead"][lead] = memory.Record{"ParentContact": contact}
		data["Contact"][contact] = memory.Record{}
		if i%2 == 0 {
			data["Contact"][contact]["ParentAccount"] = "a"
		}
		for j := range i {
			data["EmailClicked"][fmt.Sprint(i, "-", j)] = memory.Record{"Contact": contact}
		}
		ids, reached = append(ids, lead), append(reached, i+2)
	}
	// Contacts are queried for their ids, as owners, and on the path.
	const lead, account, owners, contacts, clicks = 1, 1, 4, 4, 0 + 2 + 4 + 6
	reached[0] = lead + account + owners + contacts + clicks
	set := scoretest.CompileSet(t,
		`model "M" { target contact condition "C" { each EmailClicked score 1 } condition "D" { has Lead.ParentContact score 1 } }`,
		`model "N" { target account condition "C" { each EmailClicked score 1 } condition "D" { each Lead.ParentAccount.Contacts score 1 } }`)
	src := scoretest.Source(t, data)
	want := scoretest.Texts(set.ScoreAll(t.Context(), leadscore.IDs(ids...), src, scoretest.AsOf))
	for most := 1; most <= reached[0]+1; most++ {
		for _, batch := range []int{1, 2, 5, 256} {
			i := 0
			for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), src, scoretest.AsOf, leadscore.MaxRecords(most), leadscore.Batch(batch)) {
				failed, _ := errors.AsType[*leadscore.LeadError](err)
				switch {
				case reached[i] <= most:
					if got := scoretest.Text(r, err); got != want[i] {
						t.Errorf("at most %d, batches of %d: got %s, want %s", most, batch, got, want[i])
					}
				case failed == nil || !errors.Is(err, leadscore.ErrTooManyRecords) || failed.Lead != ids[i] || r.Lead != ids[i]:
					t.Errorf("at most %d, batches of %d: got %v, %v for %s, which reaches %d", most, batch, r, err, ids[i], reached[i])
				}
				i++
			}
			if i != len(ids) {
				t.Errorf("at most %d, batches of %d: %d results for %d leads", most, batch, i, len(ids))
			}
		}
	}
	for _, test := range []struct {
		lead string
		most int
		want string
	}{
		{"lead-7", 8, `lead "lead-7": Lead.ParentContact (Contact): too many records: the limit for one lead is 8`},
		{"lead-7", -1, `lead "lead-7": EmailClicked (EmailClicked): too many records: the limit for one lead is 1`},
		{"lead-0", 1, `lead "lead-0": Lead.ParentContact (Contact): too many records: the limit for one lead is 1`},
		{"company", 2, `lead "company": Contact.ParentAccount (Contact): too many records: the limit for one lead is 2`},
		{"company", 9, `lead "company": EmailClicked (EmailClicked): too many records: the limit for one lead is 9`},
		{"company", 21, `lead "company": Lead.ParentAccount.Contacts (Contact): too many records: the limit for one lead is 21`},
	} {
		if _, err := set.Score(t.Context(), test.lead, src, scoretest.AsOf, leadscore.MaxRecords(test.most)); err == nil || err.Error() != test.want {
			t.Errorf("at most %d: got %v, want %s", test.most, err, test.want)
		}
	}
	// The path begins where the path of the rule begins.
	m := scoretest.Compile(t, scoretest.Model("M", "each Interaction"))
	_, err := m.Score(t.Context(), "lead-7", src, scoretest.AsOf, leadscore.MaxRecords(1))
	if want := `lead "lead-7": Interaction (EmailClicked): too many records: the limit for one lead is 1`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestMaxRecordsBounds: a batch does not hold more records than the limit and those of
// one query, however many leads it has.
func TestMaxRecordsBounds(t *testing.T) {
	data := scoretest.Records{"Lead": {}, "Contact": {}, "EmailClicked": {}}
	var ids []string
	for i := range 64 {
		id := fmt.Sprint(i)
		data["Lead"][id] = memory.Record{"ParentContact": id}
		for j := range 10 {
			data["EmailClicked"][fmt.Sprint(i, "-", j)] = memory.Record{"Contact": id}
		}
		ids = append(ids, id)
	}
	src := scoretest.Source(t, data)
	n := 0
	for r, err := range scoretest.CompileSet(t, scoretest.Model("M", "each EmailClicked")).ScoreAll(t.Context(), leadscore.IDs(ids...), src, scoretest.AsOf, leadscore.MaxRecords(22)) {
		if err != nil || r.Results[0].Score != 10 {
			t.Fatalf("got %v, %v", r, err)
		}
		n++
	}
	last := src.Asked[len(src.Asked)-1]
	if n != 64 || len(last.Keys) != 1 {
		t.Errorf("%d results; the last query asks for %q", n, last.Keys)
	}
}

// TestMaxRecordsLent: the limit does not apply to records that a source lends, with
// and without explanations, whether or not a condition needs routes.
func TestMaxRecordsLent(t *testing.T) {
	data := scoretest.Records{
		"Lead": {"l": {"ParentContact": "c", "ParentAccount": "a"}}, "Account": {"a": {}}, "Contact": {}, "EmailClicked": {},
	}
	for i := range 50 {
		data["Contact"][fmt.Sprint("c", i)] = memory.Record{"ParentAccount": "a"}
		data["EmailClicked"][fmt.Sprint(i)] = memory.Record{"Contact": "c"}
	}
	src := scoretest.Source(t, data)
	for _, child := range []string{"each EmailClicked", "each Lead.ParentAccount.Contacts"} {
		m := scoretest.Compile(t, scoretest.Model("M", child))
		for _, opts := range [][]leadscore.Option{{leadscore.MaxRecords(10)}, {leadscore.MaxRecords(10), leadscore.Explain(100)}} {
			if r, err := m.Score(t.Context(), "l", src.Source, append(opts, scoretest.AsOf)...); err != nil || r.Score != 50 {
				t.Errorf("%s lent: %d, %v", child, r.Score, err)
			}
			if _, err := m.Score(t.Context(), "l", src, append(opts, scoretest.AsOf)...); !errors.Is(err, leadscore.ErrTooManyRecords) {
				t.Errorf("%s returned: %v", child, err)
			}
		}
	}
}

// TestExplainKeepsToMaxRecords: a lead that can be scored can be explained, even if
// it reaches too many records outside of all date ranges.
func TestExplainKeepsToMaxRecords(t *testing.T) {
	data := scoretest.Records{"Lead": {"l": {"ParentContact": "ada"}}, "EmailOpened": {}}
	for i := range 100 {
		at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		if i%10 == 0 {
			at = time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)
		}
		data["EmailOpened"][fmt.Sprint(i)] = memory.Record{"Contact": "ada", "Timestamp": at}
	}
	m := scoretest.Compile(t, scoretest.Model("M", "at least 20 EmailOpened within last 30 days"))
	src := struct{ leadscore.Source }{scoretest.Source(t, data)}
	for _, test := range []struct {
		most int
		near bool
	}{{50, false}, {200, true}} {
		r, err := m.Score(t.Context(), "l", src, scoretest.AsOf, leadscore.Explain(3), leadscore.MaxRecords(test.most))
		if err != nil {
			t.Fatal(err)
		}
		ch := slices.Collect(scoretest.Detailed(t, r).Contributions())[0].Children[0]
		if ch.Count != 10 || len(ch.Occurrences) != 3 || (ch.Nearest != nil) != test.near {
			t.Errorf("MaxRecords(%d): %+v", test.most, ch)
		}
	}
}

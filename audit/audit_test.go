package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

var asOf = time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)

// model returns a set of one model with conditions, which have no score.
func model(t *testing.T, target string, children ...string) *leadscore.Set {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "model \"M\" {\n target %s\n", target)
	for i, child := range children {
		fmt.Fprintf(&b, " condition \"C%d\" { %s score +1 }\n", i+1, child)
	}
	b.WriteString("}\n")
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: b.String()}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// add adds records, each an entity, an id, and names and values.
func add(t *testing.T, data *memory.Source, records ...[]string) {
	t.Helper()
	for _, r := range records {
		record := memory.Record{}
		for i := 2; i < len(r); i += 2 {
			record[r[i]] = r[i+1]
		}
		if err := data.Add(r[0], r[1], record); err != nil {
			t.Fatal(err)
		}
	}
}

func check(t *testing.T, set *leadscore.Set, data audit.Source) audit.Findings {
	t.Helper()
	found, err := audit.Check(t.Context(), set, data, asOf)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func lines(found audit.Findings) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.String())
	}
	return out
}

// TestNearIDs: an id that names nothing is near one that differs from it in a way in
// which programs change ids, and the finding says in which.
func TestNearIDs(t *testing.T) {
	set := model(t, "contact", "each EmailOpened")
	for _, test := range []struct{ id, written, differs string }{
		{"c1", "c1 ", "blanks around it"},
		{"c1", "\u00a0c1", "blanks around it"},
		{"c  1", "c 1", "the blanks in it"},
		{"c1", "c\u200b1", "blanks, or characters that cannot be seen"},
		{"c1", "C1", "letter case"},
		{"ada@example.com", "Ada@Example.com", "letter case"},
		{"501", "501.0", "a decimal point"},
		{"501.00", "501", "a decimal point"},
		{"000501", "501", "leading zeros"},
		{"501", `="501"`, "the signs of a formula"},
		{"003Qx00000AbCdEAAW", "003Qx00000AbCdE", "length: one has 15 characters, the other 18"},
		{"аda", "ada", "letters that look alike"}, // the first letter of the id is Cyrillic
		{"müller", "mu\u0308ller", "letters that look alike"},
		{"c1", " С1", "how it is written"}, // a Cyrillic capital
		{"{6f9619ff}", "6F9619FF", "how it is written"},
		{"501", "502", ""},
		{"003Qx00000AbCdEAAW", "003Qx00000abcde", ""}, // another record of Salesforce
		{"", "c1", ""},
	} {
		data := memory.New(set.Schema())
		add(t, data, []string{"Lead", "l1", "ParentContact", "other"}, []string{"Contact", "other"}, []string{"EmailOpened", "e1", "Contact", test.written, "Timestamp", "2026-05-01"})
		if test.id != "" {
			add(t, data, []string{"Contact", test.id})
		}
		found := check(t, set, data)
		i := slices.IndexFunc(found, func(f audit.Finding) bool { return f.Code == audit.CodeDangling })
		if i < 0 {
			t.Errorf("%q and %q: no finding in %q", test.id, test.written, lines(found))
			continue
		}
		want := ""
		if test.differs != "" {
			want = fmt.Sprintf("Contact has %s, which differs in %s", shown.Quote(test.id), test.differs)
		}
		if found[i].Help != want {
			t.Errorf("%q and %q: %q, want %q", test.id, test.written, found[i].Help, want)
		}
	}
}

// TestExamples: a finding counts records and gives different values, the one with a
// near id first.
func TestExamples(t *testing.T) {
	set := model(t, "contact", "each EmailOpened")
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"}, []string{"Contact", "c1"})
	for i, contact := range []string{"x", "x", "y", "C1", "z", "c1"} {
		add(t, data, []string{"EmailOpened", fmt.Sprint(i), "Contact", contact, "Timestamp", "2026-05-01"})
	}
	found := check(t, set, data)
	want := audit.Findings{{
		Code: audit.CodeDangling, Severity: dsl.Warning, Entity: "EmailOpened", Field: "Contact", Count: 5, Of: 6,
		Summary:  `5 of 6 ids name no Contact, such as "C1"`,
		Examples: []string{"C1", "x", "y"},
		Help:     `Contact has "c1", which differs in letter case`,
	}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWithoutContacts: a CRM may export leads and interactions alone. Then what an
// interaction names should be the ParentContact of a lead.
func TestWithoutContacts(t *testing.T) {
	set := model(t, "contact", "each EmailOpened")
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"},
		[]string{"EmailOpened", "e1", "Contact", "c1", "Timestamp", "2026-05-01"})
	if found := check(t, set, data); len(found) > 0 {
		t.Errorf("found %q", lines(found))
	}
	add(t, data, []string{"EmailOpened", "e2", "Contact", "c1 ", "Timestamp", "2026-05-01"})
	want := []string{`warning: EmailOpened.Contact: 1 of 2 ids names no Contact, nor the ParentContact of a Lead, such as "c1 "; Lead.ParentContact has "c1", which differs in blanks around it`}
	if diff := cmp.Diff(want, lines(check(t, set, data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAccounts: interactions of accounts are those of their contacts.
func TestAccounts(t *testing.T) {
	set := model(t, "account", "each EmailOpened")
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentAccount", "a1"},
		[]string{"Contact", "c1", "ParentAccount", "A1"},
		[]string{"EmailOpened", "e1", "Contact", "c1", "Timestamp", "2026-05-01"})
	want := []string{`warning: Lead.ParentAccount: 1 of 1 id names no Account, nor the ParentAccount of a Contact, such as "a1"; Contact.ParentAccount has "A1", which differs in letter case`}
	if diff := cmp.Diff(want, lines(check(t, set, data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	data = memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentAccount", "a1"}, []string{"Account", "a1"},
		[]string{"EmailOpened", "e1", "Contact", "c1", "Timestamp", "2026-05-01"})
	if got := strings.Join(lines(check(t, set, data)), "\n"); !strings.Contains(got, "warning: Contact: the rules ask for it, and the data has no record of it") {
		t.Error(got)
	}
}

// TestAnyInteraction: rules that ask for Interaction need some interaction, not one of
// each kind.
func TestAnyInteraction(t *testing.T) {
	set := model(t, "contact", "none Interaction within last 90 days")
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"}, []string{"Contact", "c1"})
	want := []string{"warning: Interaction: the rules ask for it, and the data has no interaction"}
	if diff := cmp.Diff(want, lines(check(t, set, data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	add(t, data, []string{"FormVisited", "f1", "Contact", "c1", "Timestamp", "2026-05-01"})
	if found := check(t, set, data); len(found) > 0 {
		t.Errorf("found %q", lines(found))
	}
}

// TestOldAndLater: interactions are old if no date range reaches them or if all are
// from more than a year before; that all of a kind are later is a warning.
func TestOldAndLater(t *testing.T) {
	for _, test := range []struct {
		child, at string
		want      []string
	}{
		{"each EmailOpened within last 90 days", "2026-04-01", nil},
		{"each EmailOpened within last 7 days", "2026-04-01", []string{"warning: EmailOpened: the newest of 1 is of 2026-04-01, and no date range of the rules reaches it as of 2026-06-01"}},
		{"each EmailOpened", "2026-04-01", nil},
		{"each EmailOpened", "2016-04-01", []string{"warning: Interaction: the newest of 1 is of 2016-04-01, more than a year before as of 2026-06-01; check as of"}},
		{"each EmailOpened", "2026-06-02", []string{"warning: EmailOpened: 1 of 1 is later than as of, 2026-06-01T00:00:00Z: it does not count"}},
		{"each EmailOpened between 2015-01-01 and 2017-01-01", "2016-04-01", []string{"warning: Interaction: the newest of 1 is of 2016-04-01, more than a year before as of 2026-06-01; check as of"}},
	} {
		set := model(t, "contact", test.child)
		data := memory.New(set.Schema())
		add(t, data, []string{"Lead", "l1", "ParentContact", "c1"}, []string{"Contact", "c1"},
			[]string{"EmailOpened", "e1", "Contact", "c1", "Timestamp", test.at})
		if diff := cmp.Diff(test.want, lines(check(t, set, data))); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", test.child, test.at, diff)
		}
	}
}

// TestAlmostEqual: what equals an operand only after something is ignored that people
// do not see, for each way to compare.
func TestAlmostEqual(t *testing.T) {
	for _, test := range []struct {
		expr, value, differs string
	}{
		{`City = "Chicago"`, "chicago", ""},
		{`City = "Chicago"`, "Chicago\u00a0", "blanks around it"},
		{`City != "Chicago"`, " Chicago", "blanks around it"},
		{`City in ("Chicago", "New York")`, "NewYork", "blanks, or characters that cannot be seen"},
		{`City = "Chicago"`, "Сhicago", "letters that look alike"},
		{`City = "Zürich"`, "Zurich", "letters that look alike"},
		{`City = "Zürich"`, "Zu\u0308rich", "letters that look alike"},
		{`PostalCode = "00123"`, "123", "leading zeros"},
		{`PostalCode = "123"`, "123.0", "a decimal point"},
		{`JobTitle contains "sales director"`, "Sales  Director", `contained "sales director"`},
		{`JobTitle contains "sales director"`, "Sales Director of Europe", ""},
		{`JobTitle contains "cto"`, "direc tor", ""}, // another word
		{`JobTitle begins with "Chief"`, " Chief Buyer", `began with "Chief"`},
		{`JobTitle ends with "director"`, "Sales director ", `ended with "director"`},
		{`JobTitle contains "director"`, "Sales direсtor", `contained "director"`}, // a Cyrillic letter
	} {
		set := model(t, "contact", "has Lead where "+test.expr)
		data := memory.New(set.Schema())
		field, _, _ := strings.Cut(test.expr, " ")
		add(t, data, []string{"Lead", "l1", "ParentContact", "c1", field, test.value}, []string{"Contact", "c1"})
		found := check(t, set, data)
		switch {
		case test.differs == "" && len(found) > 0:
			t.Errorf("%s of %q: %q", test.expr, test.value, lines(found))
		case test.differs != "" && (len(found) != 1 || found[0].Code != audit.CodeAlmost || !strings.HasSuffix(strings.TrimSuffix(found[0].Summary, ", and does not"), " "+test.differs)):
			t.Errorf("%s of %q: %q, want a difference in %s", test.expr, test.value, lines(found), test.differs)
		}
	}
}

// TestOutcomes: a condition that a hundred leads satisfy, or of a thousand none, is
// odd; of fewer it is not.
func TestOutcomes(t *testing.T) {
	set := model(t, "contact", "none EmailOpened within last 30 days", "has FormVisited")
	data := memory.New(set.Schema())
	add(t, data, []string{"Contact", "c1"}, []string{"Contact", "c2"}, []string{"EmailOpened", "e1", "Contact", "c2", "Timestamp", "2026-05-15"},
		[]string{"FormVisited", "f1", "Contact", "c2", "Timestamp", "2026-05-15"})
	for i := range 1000 {
		switch i {
		case 99:
			if found := check(t, set, data); len(found) > 0 {
				t.Errorf("of 99 leads: %q", lines(found))
			}
		case 100:
			if diff := cmp.Diff([]string{`warning: model "M": condition "C1" holds for all 100 leads`}, lines(check(t, set, data))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
		add(t, data, []string{"Lead", fmt.Sprint("l", i), "ParentContact", "c1"})
	}
	want := []string{`warning: model "M": condition "C1" holds for all 1000 leads`, `warning: model "M": condition "C2" holds for none of 1000 leads`}
	if diff := cmp.Diff(want, lines(check(t, set, data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// A condition without none needs data to hold for all.
	if diff := cmp.Diff([]string{`advice: model "M": condition "C1" holds for all 1000 leads`}, lines(check(t, model(t, "contact", "has Lead"), data))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	add(t, data, []string{"Lead", "last", "ParentContact", "c2"})
	if found := check(t, set, data); len(found) > 0 {
		t.Errorf("found %q", lines(found))
	}
}

// TestDeleted: records that were deleted are not looked at.
func TestDeleted(t *testing.T) {
	set := model(t, "contact", `each EmailOpened where EmailName = "News"`)
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"}, []string{"Contact", "c1"}, []string{"Contact", "c2 "},
		[]string{"EmailOpened", "e1", "Contact", "c1", "Timestamp", "2026-05-01", "EmailName", "News"},
		[]string{"EmailOpened", "e2", "Contact", "gone", "EmailName", "News "})
	for _, r := range [][2]string{{"EmailOpened", "e2"}, {"Contact", "c2 "}} {
		if ok, err := data.Delete(r[0], r[1]); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if found := check(t, set, data); len(found) > 0 {
		t.Errorf("found %q", lines(found))
	}
}

// TestJSON: a finding can be written and read back.
func TestJSON(t *testing.T) {
	f := audit.Finding{Code: audit.CodeAlmost, Severity: dsl.Advice, Entity: "Lead", Field: "City", Count: 1, Of: 2, Summary: "odd", Examples: []string{"Chicago "}, Help: "look"}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"code":"almost-equal","severity":"advice","entity":"Lead","field":"City","count":1,"of":2,"summary":"odd","examples":["Chicago "],"help":"look"}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var back audit.Finding
	if err := json.Unmarshal(text, &back); err != nil || !cmp.Equal(f, back) {
		t.Errorf("%v: %+v", err, back)
	}
}

// TestSeveralSchemas: the models of a set may have different schemas, and the data
// that of one of them.
func TestSeveralSchemas(t *testing.T) {
	var models []*leadscore.Model
	for _, text := range []string{
		"model \"Old\" {\n target contact\n condition \"C\" { has Lead score +1 }\n}\n",
		"interaction Met {\n}\nmodel \"New\" {\n target contact\n condition \"C\" { has Met score +1 }\n}\n",
	} {
		m, err := leadscore.Compile("m.score", text, leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	set, err := leadscore.NewSet(models...)
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(leadscore.StandardSchema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"}, []string{"Contact", "c1"})
	if found := check(t, set, data); len(found) > 0 {
		t.Errorf("found %q", lines(found))
	}
}

// TestFails: a context that is done, and a source that embeds one that lends.
func TestFails(t *testing.T) {
	set := model(t, "contact", "has Lead")
	data := memory.New(set.Schema())
	add(t, data, []string{"Lead", "l1", "ParentContact", "c1"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := audit.Check(ctx, set, data, asOf); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := audit.Check(t.Context(), set, embedded{data}, asOf); err == nil || !strings.Contains(err.Error(), "does not lend its columns") {
		t.Errorf("got %v", err)
	}
}

// embedded answers queries in its own way, so it lends nothing.
type embedded struct{ *memory.Source }

func (e embedded) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	return e.Source.Fetch(ctx, q, out)
}

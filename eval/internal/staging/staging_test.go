package staging

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/columnar"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A fixture is a plan and a staging for it.
type fixture struct {
	routes  *plan.Routes
	columns *plan.Columns
	staging *Staging
}

func newFixture(t evaltest.TB, rules string) *fixture {
	t.Helper()
	f := &fixture{routes: plan.NewRoutes(evaltest.Models(t, rules))}
	f.columns = plan.NewColumns(f.routes, false)
	f.staging = New(f.routes, f.columns)
	return f
}

// fill fetches leads and lays them out.
func (f *fixture) fill(t interface {
	evaltest.TB
	Context() context.Context
}, source traverse.Source, ids ...string) *fetch.Batch {
	t.Helper()
	var b fetch.Batch
	f.staging.Begin(ids)
	err := b.Load(t.Context(), f.routes, source, ids, evaltest.AsOf, fetch.Options{MaxKeys: 100, Intake: f.staging.Intake})
	if err == nil {
		err = f.staging.Fill(t.Context(), f.routes, &b)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &b
}

// owned writes the interactions of a contact in the order of a store: for each record
// its kind, its Timestamp and the folded texts of some fields.
func owned(store *columns.Store, contact string, fields ...string) []string {
	var list []string
	counts, times, cells := store.Owned(columns.ByContact).Of(store.Table(traverse.Contact).Key(contact))
	for i, n := range counts {
		table := store.Owned(columns.ByContact).Kinds()[i]
		for range n {
			text := fmt.Sprintf("%s at %d:", table.Entity().Name(), times[0])
			for _, name := range fields {
				if c := table.Column(name); c != nil {
					text += " " + traverse.Fold(c.Dict.Value(cells[c.At]).Text())
				}
			}
			list = append(list, text)
			times, cells = times[1:], cells[table.Width():]
		}
	}
	return list
}

// lent is owned for the store that a source lends.
func lent(t *testing.T, data *memory.Source, contact string, fields ...string) []string {
	t.Helper()
	var list []string
	store := data.Lend(data)
	if err := store.Use(t.Context(), columns.ByContact, func() error {
		list = owned(store, contact, fields...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// reversed is a source that adds records in another order.
type reversed struct{ traverse.Source }

func (r reversed) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	rows := traverse.NewRows(q)
	if err := r.Source.Fetch(ctx, q, rows); err != nil {
		return err
	}
	list := slices.Collect(rows.All())
	for i := range list {
		list[i].Values = slices.Clone(list[i].Values)
	}
	slices.SortStableFunc(list, func(a, b traverse.Row) int { return cmp.Compare(b.ID, a.ID) })
	for _, row := range list {
		out.Add(row.Key, row.ID, row.Values...)
	}
	return nil
}

const rules = `each EmailOpened where EmailName = "A" score +1`

const people = `
Lead l1 ParentContact=ada City=Chicago CreatedOn=2026-05-01
Lead l2 ParentContact=ben
Lead deal ParentAccount=beanhouse
Lead free
Contact ada City=Chicago Birthday=1990-05-01 ParentAccount=beanhouse
Contact cleo ParentAccount=beanhouse
Account beanhouse Industry=Retail
EmailOpened o1 Contact=ada Timestamp=2026-05-01 EmailName=A
EmailOpened o2 Contact=ada Timestamp=2026-05-03 EmailName=B
EmailOpened o3 Contact=ada EmailName=C
EmailOpened o4 Contact=ada Timestamp=2026-05-02 EmailName=b
EmailOpened o5 Contact=ben Timestamp=2026-05-02 EmailName=b
EmailClicked k1 Contact=ada Timestamp=2026-05-02 EmailName=D
EmailSent s1 Contact=ada Timestamp=2026-05-02
`

// TestOwned checks that interactions are laid out as in a store that was filled by
// Add, whatever the order in which they were fetched, and whether they were taken as they
// arrived or a path goes on from them.
func TestOwned(t *testing.T) {
	data := evaltest.Data(t, traverse.Standard(), people)
	for _, more := range []string{`has Lead where City = "Chicago" score +1`, `has EmailOpened.Contact score +1`} {
		f := newFixture(t, evaltest.Model("M", "contact", rules, `has EmailClicked score +1`, more))
		for _, source := range []traverse.Source{data, reversed{data}} {
			f.fill(t, source, "l1", "l2", "nobody", "l1")
			for _, contact := range []string{"ada", "ben"} {
				want := lent(t, data, contact, "EmailName")
				want = slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, "EmailSent") })
				for i, text := range want {
					if strings.HasPrefix(text, "EmailClicked") {
						want[i] = strings.TrimSuffix(text, "d") // no condition asks for its name
					}
				}
				if got := owned(f.staging.store, contact, "EmailName"); !slices.Equal(got, want) {
					t.Errorf("with %s, %s has %q, want %q", more, contact, got, want)
				}
			}
			if got := owned(f.staging.store, "cleo", "EmailName"); got != nil {
				t.Errorf("a contact of another lead has %q", got)
			}
		}
	}
}

// TestProfiles checks that records that were fetched by their ids are laid out once,
// with the values that were asked for.
func TestProfiles(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact",
		`has Lead where City = "Chicago" and CreatedOn before 2026-05-02 score +1`,
		`has Lead.ParentContact.ParentAccount where Industry = "Retail" score +2`,
		`each EmailOpened where Contact.Birthday on 1990-05-01 score +4`))
	data := evaltest.Data(t, traverse.Standard(), people)
	f.fill(t, data, "l1", "l2", "free")
	store := f.staging.store
	for entity, want := range map[string]int{"Lead": 3, "Contact": 1, "Account": 1, "EmailOpened": 0} {
		if got := store.Table(entity).Len(); got != want {
			t.Errorf("%d records of %s are laid out, want %d", got, entity, want)
		}
	}
	lead, contact := store.Table("Lead"), store.Table("Contact")
	row := lead.Row(lead.Key("l1"))
	city, topic := lead.Column("City"), lead.Column("Topic")
	if got := city.Dict.Value(lead.Cells(row)[city.At]).Text(); traverse.Fold(got) != "chicago" {
		t.Errorf("City is %q", got)
	}
	if got := lead.Cells(row)[topic.At]; got != 0 {
		t.Errorf("Topic, which is not asked for, has the code %d", got)
	}
	if got := columns.Key(lead.Cells(row)[lead.Column("ParentContact").At]); got != contact.Key("ada") {
		t.Errorf("ParentContact is %d", got)
	}
	if got := contact.WideValue(contact.Row(contact.Key("ada")), contact.Column("Birthday").At); got != traverse.DayNumber(1990, 5, 1) {
		t.Errorf("Birthday is %d", got)
	}
}

// TestScore checks the scores of one batch after another.
func TestScore(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", rules,
		`has Lead.ParentContact.ParentAccount where Industry = "Retail" score +10`, `each Interaction within last 30 days score +100`)+
		evaltest.Model("N", "account", rules, `has Lead.ParentAccount where Industry = "Retail" score +10`))
	data := evaltest.Data(t, traverse.Standard(), people)
	want := map[string]int64{"l1": 1 + 10 + 300, "l2": 100, "deal": 1 + 10}
	for _, ids := range [][]string{{"l1", "l2", "deal"}, {"deal"}, {"free", "l2"}, {"l2", "l1", "l2"}} {
		b := f.fill(t, data, ids...)
		f.staging.Executor.SetAsOf(evaltest.AsOf)
		for i := range b.Leads {
			l := &b.Leads[i]
			if l.Kind == plan.NoParent {
				continue
			}
			if fits := f.staging.Score(l); !fits {
				t.Errorf("the sums of %s do not fit", l.ID)
			}
			model := map[plan.LeadKind]int{plan.ContactBased: 0, plan.AccountBased: 1}[l.Kind]
			if got := f.staging.Executor.ModelScore(model); got != want[l.ID] {
				t.Errorf("%s in %v has the score %d, want %d", l.ID, ids, got, want[l.ID])
			}
		}
	}
}

// TestScoreProperty checks that staged and lent records give the same scores.
func TestScoreProperty(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact",
		`each EmailOpened where EmailName = "A" score +1`,
		`each EmailOpened within last 20 days where EmailName != "A" score +10`,
		`each EmailOpened where Contact.City = "B" score +100`,
		`at least 2 EmailClicked score +1000`,
		`each Interaction none EmailClicked score +10000`)+evaltest.Model("L", "lead",
		`each EmailOpened within last 20 days where EmailName != "A" score +1`,
		`each EmailOpened where Lead.City = "B" score +100`,
		`each Interaction score +10000`)+evaltest.Model("W", "lead with contact",
		`each EmailOpened where EmailName = "A" score +1`,
		`each Interaction none EmailClicked score +1000`))
	var ids []string
	for i := range 4 {
		ids = append(ids, fmt.Sprint(i))
	}
	rapid.Check(t, func(t *rapid.T) {
		data := memory.New(traverse.Standard())
		add := func(entity, id string, r memory.Record) {
			if err := data.Add(entity, id, r); err != nil {
				t.Fatal(err)
			}
		}
		contact := rapid.SampledFrom([]string{"0", "1", "2", ""})
		lead := rapid.SampledFrom([]string{"0", "1", "2", "gone", ""})
		word := rapid.SampledFrom([]string{"", "A", "a", "B"})
		for _, id := range ids {
			add("Lead", id, memory.Record{"ParentContact": contact.Draw(t, "contact"), "City": word.Draw(t, "city")})
		}
		for i := range 2 {
			add("Contact", fmt.Sprint(i), memory.Record{"City": word.Draw(t, "city")})
		}
		for i := range rapid.IntRange(0, 30).Draw(t, "interactions") {
			kind := rapid.SampledFrom([]string{"EmailOpened", "EmailClicked", "EmailSent"}).Draw(t, "kind")
			r := memory.Record{"Contact": contact.Draw(t, "contact"), "Lead": lead.Draw(t, "lead"), "EmailName": word.Draw(t, "name")}
			if days := rapid.IntRange(-3, 40).Draw(t, "days"); days != 40 {
				r["Timestamp"] = evaltest.AsOf.AddDate(0, 0, -days)
			}
			add(kind, fmt.Sprint(i), r)
		}
		b := f.fill(t, data, ids...)
		f.staging.Executor.SetAsOf(evaltest.AsOf)
		store, x := data.Lend(data), columnar.New(f.columns)
		err := store.Use(t.Context(), x.Layouts(), func() error {
			x.Bind(store)
			x.SetAsOf(evaltest.AsOf)
			for i, id := range ids {
				kind, _ := x.Score(x.Find(id))
				if kind != b.Leads[i].Kind {
					t.Fatalf("lead %s is %d, and staged %d", id, kind, b.Leads[i].Kind)
				}
				f.staging.Score(&b.Leads[i])
				for j, m := range f.routes.Models {
					if got, want := f.staging.Executor.ModelScore(j), x.ModelScore(j); m.Scores(kind) && got != want {
						t.Fatalf("lead %s has the score %d by %s, and staged %d", id, want, m.Checked.Name, got)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestFailedGroups checks that records of a group with an error are left out, and that
// leads that do not reach the group are scored.
func TestFailedGroups(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", rules, `has Lead.ParentContact where City = "Chicago" score +10`))
	source := &evaltest.Recorder{Source: evaltest.Data(t, traverse.Standard(), people+"Contact ben City=Chicago")}
	source.Before = func(q *traverse.Query, out *traverse.Rows) error {
		if q.Entity == "Contact" {
			out.Add("ada", "ada", make([]traverse.Value, len(q.Fields))...) // a second time
		}
		return nil
	}
	b := f.fill(t, source, "l1", "l2")
	if b.Leads[0].Failed == nil || f.staging.store.Table("Contact").Len() != 1 {
		t.Errorf("%d contacts are laid out, and the lead's failure is %v", f.staging.store.Table("Contact").Len(), b.Leads[0].Failed)
	}
	f.staging.Executor.SetAsOf(evaltest.AsOf)
	if f.staging.Score(&b.Leads[1]); f.staging.Executor.ModelScore(0) != 10 {
		t.Errorf("the score is %d, want 10", f.staging.Executor.ModelScore(0))
	}
}

// TestDone checks that Fill returns ctx.Err() once the context is done.
func TestDone(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", rules))
	b := f.fill(t, evaltest.Data(t, traverse.Standard(), people), "l1", "l2")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.staging.Begin([]string{"l1", "l2"})
	if err := f.staging.Fill(ctx, f.routes, b); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// TestTooLarge checks that TooLarge depends on the distinct values of all batches.
func TestTooLarge(t *testing.T) {
	f := newFixture(t, evaltest.Model("M", "contact", rules))
	data := evaltest.Data(t, traverse.Standard(), people)
	f.fill(t, data, "l1")
	if f.staging.TooLarge() {
		t.Error("a staging of a few values is too large")
	}
	const names = 17
	for i := range names {
		name := fmt.Sprint(i, strings.Repeat("x", maxBytes/(names-1)))
		if err := data.Add("EmailOpened", fmt.Sprint("long", i), memory.Record{"Contact": "ada", "EmailName": name}); err != nil {
			t.Fatal(err)
		}
	}
	f.fill(t, data, "l2")
	if f.staging.TooLarge() {
		t.Error("a staging is too large by what it has not laid out")
	}
	f.fill(t, data, "l1")
	if !f.staging.TooLarge() {
		t.Error("a staging of many values is not too large")
	}
	f.fill(t, data, "l2")
	if !f.staging.TooLarge() {
		t.Error("the values of a batch before are forgotten")
	}
}

package structs_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/source/structs"
	"github.com/leadscore/leadscore/traverse"
)

// Types whose records refer to each other by pointer, by id and by slice.
type (
	pLead struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Rating  rating
		Budget  *float64
		Contact *pContact `leadscore:"ParentContact"`
		Company string    `leadscore:"ParentAccount"`
		Orders  []pOrder
	}
	pContact struct {
		_         struct{} `leadscore:"Contact"`
		ID        string
		City      string
		Interests []string  `leadscore:"choices=Tea|Coffee"`
		Birthday  time.Time `leadscore:"date"`
		Account   *pAccount `leadscore:"ParentAccount"`
		Opened    []*pOpened
		Leads     []*pLead
	}
	pAccount struct {
		_        struct{} `leadscore:"Account"`
		ID       int
		Staff    int
		Contacts []*pContact
	}
	pOrder struct {
		_      struct{} `leadscore:"Order"`
		ID     string
		Amount float64
		Paid   bool
		Placed time.Time `leadscore:"dated"`
	}
	pOpened struct {
		_    struct{} `leadscore:"Opened,interaction"`
		ID   string
		Name string
		At   time.Time `leadscore:"Timestamp"`
		By   *pContact `leadscore:"Contact"`
	}
	pSent struct {
		_       struct{} `leadscore:"Sent,passive"`
		ID      string
		Contact string
		At      time.Time `leadscore:"Timestamp"`
	}
)

const propertyRules = `
model "People" { target contact
	condition "Opened" { each Opened within last 3 days score +1 }
	condition "Named" { each Opened where Name contains "a" score +10 }
	condition "Two" { at least 2 Interaction within last 4 days score +100 }
	condition "Mailed" { none Sent since 2026-05-03 score +1000 }
	condition "City" { has Lead.ParentContact where City = "chicago" and Interests contains any ("Tea") score +10000 }
	condition "Colleagues" { each Lead.ParentContact.ParentAccount.Contacts.Opened score +100000 }
	condition "Young" { has Lead.ParentContact where Birthday after 2026-05-02 score +7 }
}
model "Companies" { target account
	condition "Opened" { each Opened.Contact.ParentAccount where Staff > 2 score +1 }
	condition "Orders" { each Lead.Orders within last 5 days where Amount > 1 and Paid = true score +100 }
	condition "Rated" { has Lead where Rating = "Hot" and Budget is not empty score +1000 }
	condition "Siblings" { each Lead.ParentAccount.Contacts.Leads.Orders score +10000 }
}`

// TestScoresLikeMemory: records score the same, however they refer to each
// other and whenever they come, as they do one by one in source/memory.
func TestScoresLikeMemory(t *testing.T) {
	schema, err := structs.Schema(nil, pLead{}, pSent{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "r.score", Text: propertyRules}})
	if err != nil {
		t.Fatal(err)
	}
	asOf := time.Date(2026, 5, 7, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		want := memory.New(schema)
		add := func(entity, id string, r memory.Record) {
			if err := want.Add(entity, id, r); err != nil {
				t.Fatal(err)
			}
		}
		chance := func(n int, what string) bool { return rapid.IntRange(1, n).Draw(t, what) == 1 }
		day := func() time.Time {
			if chance(6, "undated") {
				return time.Time{}
			}
			return time.Date(2026, 5, rapid.IntRange(1, 8).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		}
		var now, later []any // what is loaded, and what is added
		hand := func(x any) {
			if chance(3, "later") {
				later = append(later, x)
			} else {
				now = append(now, x)
			}
		}

		accounts := []*pAccount{nil}
		for i := range rapid.IntRange(0, 3).Draw(t, "accounts") {
			a := &pAccount{ID: i + 1, Staff: rapid.IntRange(0, 4).Draw(t, "staff")}
			accounts = append(accounts, a)
			add("Account", strconv.Itoa(a.ID), memory.Record{"Staff": a.Staff})
		}
		contacts := []*pContact{nil}
		for i := range rapid.IntRange(1, 5).Draw(t, "contacts") {
			c := &pContact{
				ID: fmt.Sprint("c", i), City: rapid.SampledFrom([]string{"", "Chicago", "Rome"}).Draw(t, "city"), Birthday: day(),
				Interests: rapid.SliceOfN(rapid.SampledFrom([]string{"Tea", "Coffee", ""}), 0, 2).Draw(t, "interests"),
			}
			contacts = append(contacts, c)
			r := memory.Record{"City": c.City, "Birthday": c.Birthday, "Interests": c.Interests}
			if a := rapid.SampledFrom(accounts).Draw(t, "account"); a != nil {
				r["ParentAccount"] = a.ID
				inverse := chance(2, "in the slice")
				if inverse {
					a.Contacts = append(a.Contacts, c)
				}
				if !inverse || chance(2, "both") {
					c.Account = a
				}
			}
			add("Contact", c.ID, r)
		}
		var ids []string
		orders := 0
		for i := range rapid.IntRange(1, 6).Draw(t, "leads") {
			l := &pLead{ID: fmt.Sprint("l", i), Rating: rapid.SampledFrom([]rating{"Hot", "Cold", "", "Odd"}).Draw(t, "rating")}
			r := memory.Record{"Rating": string(l.Rating)}
			if chance(2, "budget") {
				b := rapid.Float64Range(-1, 1).Draw(t, "amount")
				l.Budget, r["Budget"] = &b, b
			}
			if a := rapid.SampledFrom(accounts).Draw(t, "company"); a != nil {
				l.Company, r["ParentAccount"] = strconv.Itoa(a.ID), a.ID
			}
			if c := rapid.SampledFrom(contacts).Draw(t, "contact"); c != nil {
				r["ParentContact"] = c.ID
				if chance(3, "in the slice") {
					c.Leads = append(c.Leads, l)
				} else {
					l.Contact = c
				}
			}
			if r["ParentContact"] == nil || l.Contact != nil {
				hand(l) // else it comes with its contact
			}
			for range rapid.IntRange(0, 3).Draw(t, "orders") {
				o := pOrder{ID: fmt.Sprint("o", orders), Amount: float64(rapid.IntRange(0, 2).Draw(t, "amount")), Paid: chance(2, "paid"), Placed: day()}
				orders++
				l.Orders = append(l.Orders, o)
				add("Order", o.ID, memory.Record{"Amount": o.Amount, "Paid": o.Paid, "Placed": o.Placed, "Lead": l.ID})
			}
			ids = append(ids, l.ID)
			add("Lead", l.ID, r)
		}
		for i := range rapid.IntRange(0, 12).Draw(t, "opened") {
			o := &pOpened{ID: fmt.Sprint("i", i), Name: rapid.SampledFrom([]string{"", "Aa", "b"}).Draw(t, "name"), At: day()}
			r := memory.Record{"Name": o.Name, "Timestamp": o.At}
			if c := rapid.SampledFrom(contacts).Draw(t, "by"); c != nil {
				r["Contact"] = c.ID
				if chance(2, "in the slice") {
					c.Opened = append(c.Opened, o)
				} else {
					o.By = c
					hand(o)
				}
			} else {
				hand(o)
			}
			add("Opened", o.ID, r)
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "sent") {
			s := pSent{ID: fmt.Sprint("s", i), Contact: rapid.SampledFrom([]string{"c0", "c1", "gone", ""}).Draw(t, "to"), At: day()}
			hand(s)
			add("Sent", s.ID, memory.Record{"Contact": s.Contact, "Timestamp": s.At})
		}
		// Most come twice: handed over, and led to.
		for _, a := range accounts[1:] {
			now = append(now, a)
		}
		for _, c := range contacts[1:] {
			now = append(now, c)
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Shuffle(len(now), reflect.Swapper(now))

		got, err := structs.Load(schema, append(now, []pSent(nil))...)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Add(later...); err != nil {
			t.Fatal(err)
		}
		for _, e := range []string{"Lead", "Contact", "Account", "Order", "Opened", "Sent"} {
			if a, b := want.Len(e), got.Len(e); a != b {
				t.Fatalf("%d of %s, want %d", b, e, a)
			}
		}
		opts := []leadscore.Option{leadscore.AsOf(asOf)}
		if chance(2, "explain") {
			opts = append(opts, leadscore.Explain(rapid.SampledFrom([]int{0, 100}).Draw(t, "occurrences")))
		}
		for _, id := range ids {
			a, errA := set.Score(t.Context(), id, want, opts...)
			b, errB := set.Score(t.Context(), id, got, opts...)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			for i := range a.Results {
				if !a.Results[i].Equal(b.Results[i]) {
					t.Fatalf("memory: %+v\nstructs: %+v", a.Results[i], b.Results[i])
				}
			}
		}
	})
}

// typeWithTag returns a type of records one of whose fields has a tag.
func typeWithTag(text string, of reflect.Type) any {
	tag := reflect.StructTag("leadscore:" + strconv.Quote(text))
	return reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "_", PkgPath: "structs_test", Type: reflect.TypeFor[struct{}](), Tag: `leadscore:"Thing"`},
		{Name: "Key", Type: reflect.TypeFor[string](), Tag: `leadscore:"id"`},
		{Name: "Field", Type: of, Tag: tag},
	})).Interface()
}

type withTag struct {
	_  struct{} `leadscore:"Contact"`
	ID string
}

// FuzzTag checks that any tag either has a meaning or is an error that names the
// field.
func FuzzTag(f *testing.F) {
	for _, s := range []string{
		"", "-", ",", "Name", "Name,exact", "choice=A|'B,C'|D", "'it''s',id", "ref=Contact", "via=X,", "'", "''", "=", "|", "a=b|c=d",
		"text,number,bool,time,date,choice=A,choices=B", "interaction", "dated,rollup,calculated", "exact=", "\x00", "'\n'", "`", "\xff", "excat",
		"ref=\xfc\n\xfd", "via=A\nB", "i\nd",
	} {
		f.Add(s)
	}
	types := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[time.Time](), reflect.TypeFor[[]string](), reflect.TypeFor[rating](),
		reflect.TypeFor[*withTag](), reflect.TypeFor[[]withTag](), reflect.TypeFor[money](), reflect.TypeFor[chan int](),
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, of := range types {
			schema, err := structs.Schema(leadscore.StandardSchema(), typeWithTag(text, of))
			if (schema == nil) == (err == nil) {
				t.Fatalf("%q: %v, %v", text, schema, err)
			}
			if err == nil {
				continue
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "structs: ") {
					t.Errorf("%q: %s", text, line)
				}
			}
		}
		if !traverse.IsName(text) {
			return
		}
		// In quotes every name is a name.
		quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
		schema, err := structs.Schema(leadscore.StandardSchema(), typeWithTag(quoted, types[0]))
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		if _, ok := schema.Entity("Thing").Field(text); !ok {
			t.Errorf("%s is not a field", quoted)
		}
	})
}

package structs_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/structs"
	"github.com/leadscore/leadscore/traverse"
)

// Types with methods, as programs have them.
type (
	rating string
	stage  int
	uuid   [2]byte
	money  struct{ cents int64 } // a driver.Valuer
	brew   string                // a Valuer that is text all the same
	null   struct{ sql.NullInt64 }
)

func (rating) Choices() []string { return []string{"Hot", "Cold"} }

func (s stage) String() string { return [...]string{"New", "Old"}[s] }

func (*stage) Choices() []string { return []string{"New", "Old"} }

func (u uuid) MarshalText() ([]byte, error) {
	if u == (uuid{6, 6}) {
		return nil, errors.New("a bad omen")
	}
	return fmt.Appendf(nil, "%x", u[:]), nil
}

func (m money) Value() (driver.Value, error) {
	switch m.cents {
	case 0:
		return nil, nil
	case 1:
		return []byte("0.01"), nil
	case 2:
		return true, nil
	case 3:
		return nil, errors.New("who forged this?")
	}
	return float64(m.cents) / 100, nil
}

func (b brew) Value() (driver.Value, error) { return string(b), nil }

// everything has a field of each Go type and option.
type everything struct {
	_        struct{} `leadscore:"Thing,profile"`
	Key      uuid     `leadscore:"id"`
	Text     string
	Said     string `leadscore:"'a name, or = two'"`
	Bytes    uuid
	Digits   int    `leadscore:"text"`
	Stage    stage  `leadscore:"text"`
	Exact    string `leadscore:",exact"`
	Int      int8
	Uint     uint64
	Count    uint
	Float    float32
	Pointer  *int
	Bool     bool
	Time     time.Time `leadscore:"dated"`
	Date     time.Time `leadscore:"date"`
	Days     sql.Null[time.Time]
	Null     sql.NullString
	Wrapped  null
	Rating   rating
	Level    stage
	Listed   string   `leadscore:"choice=A | 'B|C' |'it''s'"`
	Tags     []string `leadscore:"choices=Coffee|Tea, exact"`
	Ratings  []rating
	Open     []string
	Money    money `leadscore:"Price,number"`
	Code     money `leadscore:"text"`
	When     money `leadscore:"time"`
	Yes      money `leadscore:"bool"`
	Brew     brew
	Sum      float64  `leadscore:"calculated"`
	Deals    int      `leadscore:"rollup"`
	Left     chan int `leadscore:"-"`
	hidden   map[string]int
	Parent   *everything
	Owner    string  `leadscore:"ref=Contact"`
	Contact  int     `leadscore:"ref"`
	Other    *int    `leadscore:"ref=Contact"`
	Account  account `leadscore:"At"`
	Children []*everything
	Friends  []friend `leadscore:"via=Friend of"`
	embedded
	*Pointed
}

type embedded struct {
	Inner string
	Text  string // hidden by the one outside
}

type Pointed struct {
	Deep int
	*Pointed
}

type account struct {
	_  struct{} `leadscore:"Account"`
	ID int
}

type friend struct {
	_  struct{} `leadscore:"Friend"`
	Id string
}

// TestSchema checks that types make the same schema as schema blocks.
func TestSchema(t *testing.T) {
	_ = everything{}.hidden
	got, err := structs.Schema(nil, Lead{}, []*everything(nil))
	if err != nil {
		t.Fatal(err)
	}
	want, err := leadscore.ParseSchema("s.score", "profile Lead { Topic text Budget number ParentAccount -> Account ParentContact -> Contact }"+
		`profile Thing {
			Text text
			`+"`a name, or = two`"+` text
			Bytes text
			Digits text
			Stage text
			`+"`Exact`"+` text exact
			Int number Uint number Count number Float number Pointer number
			Bool bool
			Time time
			Date date
			Days time
			Null text
			Wrapped number
			Rating choice ("Hot", "Cold")
			Level choice ("New", "Old")
			Listed choice ("A", "B|C", "it's")
			Tags choices ("Coffee", "Tea") exact
			Ratings choices ("Hot", "Cold")
			Open choices
			Price number
			Code text
			When time
			Yes bool
			Brew text
			Sum number calculated
			Deals number rollup
			Parent -> Thing
			Owner -> Contact
			Contact -> Contact
			Other -> Contact
			At -> Account
			Children <- Thing.Parent
			Friends <- Friend.`+"`Friend of`"+`
			Inner text
			Deep number
			dated by Time
		}
		profile Contact { City text ParentAccount -> Account Opened <- EmailOpened.Contact }
		profile Account {}
		profile Friend { `+"`Friend of`"+` -> Thing }
		interaction EmailOpened { EmailName text }
	`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		t.Errorf("a schema block, and types (-block +types):\n%s", diff)
	}
}

// lines writes a schema down, sorted: order means nothing.
func lines(s *traverse.Schema) []string {
	var lines []string
	for e := range s.Entities() {
		dated, _ := e.Dated()
		lines = append(lines, fmt.Sprint(e.Kind(), " ", e.Name(), " ", e.Passive(), " ", dated.Name))
		for f := range e.Fields() {
			lines = append(lines, fmt.Sprintf("%s.%s %v %q %v %v", e.Name(), f.Name, f.Type, f.Values, f.Exact, f.Derived))
		}
		for r := range e.Relationships() {
			lines = append(lines, fmt.Sprintf("%s.%s %s %s", e.Name(), r.Name, r.Target, r.Via))
		}
	}
	slices.Sort(lines)
	return lines
}

// get returns what a record has, but what is empty.
func get(t testing.TB, s *structs.Source, entity, id string) string {
	t.Helper()
	var fields []string
	for f := range s.Schema().Entity(entity).Fields() {
		fields = append(fields, f.Name)
	}
	for r := range s.Schema().Entity(entity).Relationships() {
		if !r.Many() {
			fields = append(fields, r.Name)
		}
	}
	need, err := s.Schema().NewNeed(entity, "", fields, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{id}}
	rows := traverse.NewRows(q)
	if err := s.Fetch(t.Context(), q, rows); err != nil {
		t.Fatal(err)
	}
	for r := range rows.All() {
		var has []string
		for i, v := range r.Values {
			if !v.IsEmpty() {
				has = append(has, fmt.Sprintf("%s=%s", fields[i], v))
			}
		}
		return strings.Join(has, " ")
	}
	return "missing"
}

// TestValues: every Go type gives the values that it should, and none.
func TestValues(t *testing.T) {
	at := time.Date(2026, 5, 31, 23, 30, 0, 1999, time.FixedZone("", 3600*-5))
	seven := 7
	zero := 0
	leaf := &everything{Key: uuid{0, 2}}
	full := &everything{
		Key: uuid{0, 1}, Text: "text", Said: "said", Bytes: uuid{10, 11}, Digits: -5, Stage: 1, Exact: "Exact",
		Int: -8, Uint: 1 << 60, Count: 4, Float: 0.5, Pointer: &seven, Bool: true, Time: at, Date: at,
		Days: sql.Null[time.Time]{V: at, Valid: true}, Null: sql.NullString{String: "null", Valid: true},
		Wrapped: null{sql.NullInt64{Valid: true}}, Rating: "Hot", Level: 1, Listed: "unlisted", Tags: []string{"Tea", "", "Milk"},
		Ratings: []rating{"Cold"}, Money: money{1}, Code: money{1}, Yes: money{2}, Brew: "espresso", Sum: 1.25, Deals: 3,
		Owner: "bob", Contact: 42, Other: &zero, Account: account{ID: 5}, Children: []*everything{nil, leaf},
		Friends:  []friend{{Id: "f1"}, {Id: "f2"}},
		embedded: embedded{"inner", "hidden"}, Pointed: &Pointed{Deep: 9},
	}
	s, err := structs.Load(nil, []Lead{}, full)
	if err != nil {
		t.Fatal(err)
	}
	want := "Text=text a name, or = two=said Bytes=0a0b Digits=-5 Stage=Old Exact=Exact Int=-8 Uint=1152921504606847000 Count=4 Float=0.5 " +
		"Pointer=7 Bool=true Time=2026-06-01T04:30:00.000001Z Date=2026-05-31 Days=2026-06-01T04:30:00.000001Z Null=null Wrapped=0 " +
		"Rating=Hot Level=Old Listed=unlisted Tags=Tea; Milk Ratings=Cold Price=0.01 Code=0.01 Yes=true Brew=espresso Sum=1.25 Deals=3 " +
		"Inner=inner Deep=9 Owner=bob Contact=42 Other=0 At=5"
	if got := get(t, s, "Thing", "0001"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// Numbers and bools have no empty value of their own, nor has an enumeration.
	if got, want := get(t, s, "Thing", "0002"), "Digits=0 Stage=New Int=0 Uint=0 Count=0 Float=0 Bool=false Level=New Sum=0 Deals=0 Parent=0001"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := get(t, s, "Friend", "f2") + " " + get(t, s, "Account", "5"); got != "Friend of=0001 " {
		t.Errorf("got %q", got)
	}
	if n := s.Len("Friend"); n != 2 {
		t.Errorf("%d friends", n)
	}
}

// TestIDField: an id that its tag names is a field, and so is one that the
// schema calls id.
func TestIDField(t *testing.T) {
	base, err := leadscore.ParseSchema("s.score", "profile Account { id number } profile Order { id text }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	type Order struct {
		Key int `leadscore:"id"`
	}
	type Invoice struct {
		Key string `leadscore:"Number,id,exact"`
	}
	s, err := structs.Load(base, account{ID: 7}, Order{Key: 8}, Invoice{Key: "RE-1"})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{get(t, s, "Account", "7"), get(t, s, "Order", "8"), get(t, s, "Invoice", "RE-1")}
	if want := []string{"id=7", "id=8", "Number=RE-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Types that lead to each other in every way.
type (
	ring struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Parent  *ringContact `leadscore:"ParentContact"`
		Company *ringAccount `leadscore:"ParentAccount"`
		Next    *ring
	}
	ringContact struct {
		_       struct{} `leadscore:"Contact"`
		ID      string
		Account *ringAccount `leadscore:"ParentAccount"`
		Leads   []*ring
		Clicks  []click
	}
	ringAccount struct {
		_        struct{} `leadscore:"Account"`
		ID       string
		Contacts []*ringContact
	}
	click struct {
		_    struct{} `leadscore:"EmailClicked,interaction"`
		Url  string
		Time time.Time    `leadscore:"Timestamp"`
		By   *ringContact `leadscore:"Contact"`
	}
)

// TestGraph checks that every record of a graph with many cycles is loaded once, and
// that references are filled in by inverses.
func TestGraph(t *testing.T) {
	a, c, l, m := &ringAccount{ID: "a"}, &ringContact{ID: "c"}, &ring{ID: "l"}, ring{ID: "m"}
	a.Contacts = []*ringContact{c, c}
	c.Leads = []*ring{l}
	c.Clicks = []click{{Url: "1"}, {Url: "2", By: c}}
	l.Next = l
	m.Next, m.Parent, m.Company = l, c, a
	lone := click{Url: "3", By: c}
	s, err := structs.Load(nil, m, a, []click{lone, lone}, &c.Clicks[1])
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		get(t, s, "Lead", "l"), get(t, s, "Lead", "m"), get(t, s, "Contact", "c"),
		get(t, s, "EmailClicked", "Contact c: Clicks[0]"), get(t, s, "EmailClicked", "EmailClicked[0]"),
		get(t, s, "EmailClicked", "EmailClicked[1]"), get(t, s, "EmailClicked", "EmailClicked[2]"),
	}
	want := []string{
		"ParentContact=c Next=l", "ParentContact=c ParentAccount=a Next=l", "ParentAccount=a",
		"Url=1 Contact=c", "Url=3 Contact=c", "Url=3 Contact=c", "Url=2 Contact=c",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n, m := s.Len("EmailClicked"), s.Len("Lead"); n != 4 || m != 2 {
		t.Errorf("%d clicks, %d leads", n, m)
	}
	var leads []string
	for id, err := range s.Leads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		leads = append(leads, id)
	}
	if !slices.Equal(leads, []string{"m", "l"}) {
		t.Errorf("leads %q", leads)
	}
}

// TestCopies checks that equal copies of a record are one record, also if an inverse
// fills in a reference that only one of them has.
func TestCopies(t *testing.T) {
	type order struct {
		_    struct{} `leadscore:"Order"`
		ID   int
		Note string
	}
	type lead struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Contact Contact `leadscore:"ParentContact"`
		Orders  []order
	}
	same := Contact{ID: "c", City: "Chicago", Opened: []EmailOpened{{Name: "x"}, {Name: "x"}}}
	o := order{ID: 1, Note: "n"}
	s, err := structs.Load(nil, []order{o}, []lead{{ID: "1", Contact: same, Orders: []order{o}}, {ID: "2", Contact: same}, {ID: "3"}})
	if err != nil {
		t.Fatal(err)
	}
	for entity, want := range map[string]int{"Lead": 3, "Contact": 1, "Order": 1, "EmailOpened": 2} {
		if got := s.Len(entity); got != want {
			t.Errorf("%d of %s, want %d", got, entity, want)
		}
	}
	if got := get(t, s, "Order", "1"); got != "Note=n Lead=1" {
		t.Errorf("got %q", got)
	}
	if got := get(t, s, "Lead", "3"); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestSeveralTypes: types of one entity add to it.
func TestSeveralTypes(t *testing.T) {
	type web struct {
		_             struct{} `leadscore:"Lead"`
		ID            string
		Source        string
		ParentContact string
	}
	type fair struct {
		_             struct{} `leadscore:"Lead"`
		ID            string
		Booth         int
		Source        string `leadscore:"text"`
		ParentAccount string
	}
	s, err := structs.Load(nil, web{ID: "w", Source: "s", ParentContact: "c"}, fair{ID: "f", Booth: 3, ParentAccount: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "Lead", "w") + "; " + get(t, s, "Lead", "f"); got != "Source=s ParentContact=c; Booth=3 ParentAccount=a" {
		t.Errorf("got %q", got)
	}
}

// TestStandard: types are bound to what the standard schema has.
func TestStandard(t *testing.T) {
	type Lead struct {
		ID            string
		Rating        string
		CreatedOn     time.Time
		ParentContact string
	}
	type EmailOpened struct {
		EmailName, Contact string
		Timestamp          time.Time
		Device             string
	}
	s, err := structs.Load(leadscore.StandardSchema(), []*Lead{{ID: "l", Rating: "Hot", ParentContact: "c"}},
		[]EmailOpened{{EmailName: "e", Contact: "c", Device: "phone"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "EmailOpened", "EmailOpened[0]"); got != "EmailName=e Device=phone Contact=c" {
		t.Errorf("got %q", got)
	}
	want, err := leadscore.ParseSchema("s.score", "interaction EmailOpened { Device text }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	if !want.Equal(s.Schema()) {
		t.Error(cmp.Diff(lines(want), lines(s.Schema())))
	}
}

// TestAdd checks that records added later are scored, and earlier ones stay.
func TestAdd(t *testing.T) {
	c := &Contact{ID: "c", City: "Chicago"}
	s, err := structs.Load(nil, &Lead{ID: "l", Contact: c})
	if err != nil {
		t.Fatal(err)
	}
	c.City, c.Opened = "Boston", []EmailOpened{{Name: "not looked at"}}
	if err := s.Add([]Lead{{ID: "m", Contact: c}, {ID: "n", Contact: &Contact{ID: "d", Opened: []EmailOpened{{Name: "new"}}}}}); err != nil {
		t.Fatal(err)
	}
	// A new type matches the schema.
	type letter struct {
		_       struct{} `leadscore:"EmailOpened"`
		Contact string
		Name    string `leadscore:"EmailName"`
	}
	for _, name := range []string{"one", "two"} {
		if err := s.Add(letter{Contact: "c", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{
		get(t, s, "Contact", "c"), get(t, s, "Lead", "m"), get(t, s, "EmailOpened", "Contact d: Opened[0]"),
		get(t, s, "EmailOpened", "EmailOpened[0]"), get(t, s, "EmailOpened", "EmailOpened[1]"), fmt.Sprint(s.Len("EmailOpened")),
	}
	want := []string{
		"City=Chicago", "Budget=0 ParentContact=c", "EmailName=new Contact=d", "EmailName=one Contact=c", "EmailName=two Contact=c", "3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// If one record is bad, none is added, and no number is lost.
	err = s.Add(letter{Contact: "c", Name: "three"}, &Lead{ID: "l"}, Contact{ID: "e", Opened: []EmailOpened{{}}})
	if !errors.Is(err, structs.ErrDuplicate) || s.Len("EmailOpened") != 3 || s.Len("Contact") != 2 {
		t.Errorf("%v, %d opened, %d contacts", err, s.Len("EmailOpened"), s.Len("Contact"))
	}
	if err := s.Add(letter{Contact: "c", Name: "three"}); err != nil || get(t, s, "EmailOpened", "EmailOpened[2]") == "missing" {
		t.Errorf("%v", err)
	}
}

// TestAddToInverse checks that a slice may hold records of the source, if their
// references agree.
func TestAddToInverse(t *testing.T) {
	c, d := &ringContact{ID: "c"}, &ringContact{ID: "d", Account: &ringAccount{ID: "a"}}
	s, err := structs.Load(nil, []*ring{}, c, d)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(&ring{ID: "l", Company: &ringAccount{ID: "a", Contacts: []*ringContact{c}}}); err != nil {
		t.Errorf("an account that is there was looked at: %v", err)
	}
	err = s.Add(&ringAccount{ID: "b", Contacts: []*ringContact{c, d, {ID: "e"}}})
	want := `structs: Account "b": Contacts[0]: Contact "c" is in the source already, and its ParentAccount is none
structs: Account "b": Contacts[1]: Contact "d" is in the source already, and its ParentAccount is "a"`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v", err)
	}
}

// TestAddWhileScoring: the race detector looks on, and a score only grows.
func TestAddWhileScoring(t *testing.T) {
	s, err := structs.Load(nil, Lead{ID: "l", Contact: &Contact{ID: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", `model "M" { target contact
		condition "C" { each EmailOpened where EmailName contains "a" score +1 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	type opened struct {
		_         struct{} `leadscore:"EmailOpened"`
		EmailName string
		Contact   string
		Timestamp time.Time
	}
	const n = 200
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := range n / 2 {
				if err := s.Add(opened{EmailName: fmt.Sprint("a", w, i), Contact: "c", Timestamp: time.Unix(int64(i), 0)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for last := int64(0); last < n; {
				r, err := m.Score(t.Context(), "l", s, leadscore.AsOf(time.Unix(n, 0)))
				if err != nil || r.Score < last {
					t.Errorf("%d after %d, %v", r.Score, last, err)
					return
				}
				last = r.Score
			}
		})
	}
	wg.Wait()
}

// deaf embeds a source, and answers no query.
type deaf struct{ *structs.Source }

var errDeaf = errors.New("what did you ask?")

func (deaf) Fetch(context.Context, *traverse.Query, *traverse.Rows) error { return errDeaf }

// TestLend: a source that embeds this one, and answers by itself, is asked.
func TestLend(t *testing.T) {
	s, err := structs.Load(nil, Lead{ID: "l", Contact: &Contact{ID: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := leadscore.Compile("m.score", `model "M" { target contact condition "C" { has Lead score +3 } }`, s.Schema())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := m.Score(t.Context(), "l", s); err != nil || r.Score != 3 || s.Lend(s) == nil {
		t.Errorf("a source: %v, %v", r, err)
	}
	if r, err := m.Score(t.Context(), "l", deaf{s}); !errors.Is(err, errDeaf) {
		t.Errorf("a source that embeds one: %v, %v", r, err)
	}
	need, err := leadscore.StandardSchema().NewNeed("FormVisited", "", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	q := &traverse.Query{Need: need, Keys: []string{"x"}}
	if err := s.Fetch(t.Context(), q, traverse.NewRows(q)); err == nil || err.Error() != "structs: unknown entity FormVisited" {
		t.Errorf("got %v", err)
	}
}

// valued is a record, whatever methods it has.
type valued struct {
	_  struct{} `leadscore:"Account"`
	ID null
}

func (valued) Value() (driver.Value, error) { return "not asked for", nil }

// driven gives what it holds.
type driven struct{ x any }

func (d driven) Value() (driver.Value, error) { return d.x, nil }

// TestDriver checks that the result of a Value method is fitted to the type in the
// tag.
func TestDriver(t *testing.T) {
	type row struct {
		Key    driven `leadscore:"id"`
		Text   driven `leadscore:"text"`
		Number driven `leadscore:"number"`
		Bool   driven `leadscore:"bool"`
		Time   driven `leadscore:"time"`
		Date   driven `leadscore:"date"`
		Choice driven `leadscore:"choice=A"`
		Owner  driven `leadscore:"ref=Contact"`
	}
	at := time.Date(2026, 5, 31, 23, 0, 0, 0, time.FixedZone("", -3600))
	d := func(x any) driven { return driven{x} }
	s, err := structs.Load(leadscore.StandardSchema(),
		row{d("1"), d("t"), d("1.5"), d("TRUE"), d("2026-05-31"), d("2026-05-31"), d("A"), d("c")},
		row{d(int64(2)), d(int64(3)), d(int64(4)), d(int64(1)), d(at), d(at), d(int64(5)), d(int64(6))},
		row{d([]byte("3")), d([]byte("t")), d(0.25), d(false), d(nil), d(nil), d(nil), d([]byte("c"))},
	)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"1": "Text=t Number=1.5 Bool=true Time=2026-05-31T00:00:00Z Date=2026-05-31 Choice=A Owner=c",
		"2": "Text=3 Number=4 Bool=true Time=2026-06-01T00:00:00Z Date=2026-05-31 Choice=5 Owner=6",
		"3": "Text=t Number=0.25 Bool=false Owner=c",
	} {
		if got := get(t, s, "row", id); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	_, err = structs.Load(leadscore.StandardSchema(),
		row{Key: d("4"), Number: d(at), Bool: d(int64(2)), Time: d(1.5), Date: d(true), Choice: d("\xff"), Owner: d(1.5)},
		row{Key: d("5"), Number: d(math.NaN()), Bool: d(0.5), Time: d(int64(7)), Text: d(7), Owner: d("\xff")})
	want := `structs: row "4": Number: its Value method returns a Go time.Time, which cannot be a number
structs: row "4": Bool: its Value method returns a Go int64, which cannot be a bool
structs: row "4": Time: its Value method returns a Go float64, which cannot be a time
structs: row "4": Date: its Value method returns a Go bool, which cannot be a date
structs: row "4": Choice: "\xff" is not UTF-8
structs: row "4": Owner: its Value method returns a Go float64, which cannot be an id
structs: row "5": Text: its Value method returns what no field can hold
structs: row "5": Number: a number must be finite, not NaN
structs: row "5": Bool: its Value method returns a Go float64, which cannot be a bool
structs: row "5": Time: its Value method returns a Go int64, which cannot be a time
structs: row "5": Owner: "\xff" is not UTF-8`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(fmt.Sprint(err), "\n")); diff != "" {
		t.Error(diff)
	}
}

// TestEdges checks nil, empty and embedded values.
func TestEdges(t *testing.T) {
	type keyed struct{ ID string }
	type lead struct {
		_ struct{} `leadscore:"Lead"`
		*keyed
		Contact *Contact `leadscore:"ParentContact"`
		Company valued   `leadscore:"ParentAccount,ref"`
		Level   *stage
		Orders  *[]string `leadscore:"-"`
	}
	full := lead{keyed: &keyed{"l"}, Company: valued{ID: null{sql.NullInt64{Valid: true}}}, Level: new(stage)}
	list := []*lead{nil, &full}
	s, err := structs.Load(nil, (*lead)(nil), list, &list, []lead(nil), full)
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "Lead", "l") + fmt.Sprint(s.Len("Lead"), s.Len("Account"), s.Len("Contact"), s.Len("Nobody")); got != "Level=New ParentAccount=01 1 0 0" {
		t.Errorf("got %q", got)
	}
	if f, _ := s.Schema().Entity("Lead").Field("Level"); !slices.Equal(f.Values, []string{"New", "Old"}) {
		t.Errorf("values %q", f.Values)
	}
	if err := s.Add(lead{}); err == nil || err.Error() != "structs: Lead: a record needs an id, and its keyed.ID is empty" {
		t.Errorf("got %v", err)
	}
	if err := s.Add(); err != nil {
		t.Error(err)
	}

	// Interactions of no size have no address of their own.
	type ping struct {
		_ struct{} `leadscore:"Ping,interaction"`
	}
	type pinged struct {
		_     struct{} `leadscore:"Contact"`
		ID    string
		Pings []ping
	}
	s, err = structs.Load(nil, lead{keyed: &keyed{"l"}}, pinged{ID: "a", Pings: make([]ping, 3)}, pinged{ID: "b", Pings: make([]ping, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Len("Ping"); n != 5 || get(t, s, "Ping", "Contact b: Pings[1]") != "Contact=b" {
		t.Errorf("%d pings", n)
	}
}

// TestOwnedLead: a lead needs no reference of its own if it is in a slice.
func TestOwnedLead(t *testing.T) {
	type lead struct {
		_  struct{} `leadscore:"Lead"`
		ID string
	}
	type contact struct {
		_     struct{} `leadscore:"Contact"`
		ID    string
		Leads []lead
	}
	s, err := structs.Load(nil, contact{ID: "c", Leads: []lead{{ID: "l"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "Lead", "l"); got != "ParentContact=c" {
		t.Errorf("got %q", got)
	}
}

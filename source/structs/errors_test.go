package structs_test

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/structs"
)

// Types that are wrong in one way or another. TestTypeErrors lists all problems of
// each.
type (
	badTags struct {
		ID      string
		Near    string `leadscore:"excat"`
		Quoted  string `leadscore:"'excat'"`
		Behind  string `leadscore:"Name,exat"`
		Unknown string `leadscore:"Other,humbug,x=1"`
		Twice   string `leadscore:"exact,exact"`
		Marker  string `leadscore:"passive"`
		Value   string `leadscore:"exact=yes"`
		NoValue string `leadscore:"via"`
		Values  string `leadscore:"ref=A|B"`
		NoName  string `leadscore:"ref=A\nB"`
		Lines   string `leadscore:"i\nd"`
		Empty   string `leadscore:"choice=A|"`
		Comma   string `leadscore:"Comma,"`
		Open    string `leadscore:"'open"`
		Closed  string `leadscore:"'closed' exact"`
		Bar     string `leadscore:"A|B"`
		Equals  string `leadscore:"choice=a=b"`
		Option  string `leadscore:"'exact'=1"`
		Tick    string "leadscore:\"a`b\""
		Long    string `leadscore:"'line\nbreak'"`
		own     string `leadscore:"Own"`
	}
	badMarker struct {
		_  struct{} `leadscore:"exact"`
		_  struct{} `leadscore:"Two"`
		ID string
	}
	badMarkers struct {
		_  struct{} `leadscore:"profile,interaction,pasive"`
		ID string
	}
	badSkip struct {
		_  struct{} `leadscore:"-"`
		ID string
	}
	badPassive struct {
		_  struct{} `leadscore:"profile,passive"`
		ID string
	}
	badTypes struct {
		ID      string
		Chan    chan int
		Func    func()
		Map     map[string]int
		Any     any
		Complex complex128
		Bytes   []byte
		Ints    []int
		Array   [2]string
		Double  **int
		Deep    [][]string
	}
	badOptions struct {
		ID       string
		Number   string  `leadscore:"number"`
		Time     int     `leadscore:"time"`
		Text     float64 `leadscore:"text"`
		Date     bool    `leadscore:"date"`
		Choices  string  `leadscore:"choices=A"`
		Both     string  `leadscore:"text,choice=A"`
		NoValues string  `leadscore:"choice"`
		List     []string
		Exact    int `leadscore:",exact"`
		Derived  int `leadscore:"calculated,rollup"`
		Money    money
		Dated    string    `leadscore:"dated"`
		Listed   string    `leadscore:"choice=a|A"`
		Via      string    `leadscore:"via=X"`
		Slice    []account `leadscore:"exact,ref"`
		Pointer  *account  `leadscore:"exact"`
		Target   *account  `leadscore:"ref=Contact"`
		RefExact string    `leadscore:"ref=Contact,exact"`
		RefBool  bool      `leadscore:"ref=Contact"`
		RefNone  string    `leadscore:"ref=Acount"`
		RefBare  string    `leadscore:"ref"`
		RefGone  string    `leadscore:"ref=Humbug"`
	}
	badDates struct {
		ID string
		A  time.Time `leadscore:"dated"`
		B  time.Time `leadscore:"dated"`
	}
	badIDs struct {
		A string `leadscore:"id"`
		B string `leadscore:"id"`
	}
	badID struct {
		ID float64 `leadscore:"id,exact"`
	}
	noID struct {
		Name string `leadscore:"ID"`
	}
	badNames struct {
		ID    string
		Topic string
		Again string `leadscore:"Topic"`
		twinA
		twinB
	}
	twinA struct{ Same int }
	twinB struct{ Same int }

	eventLike struct {
		Timestamp time.Time
		Contact   string
	}
	address  struct{ Street string }
	withPart struct {
		ID   string
		Home address
	}
	strayed struct {
		_  struct{} `leadscore:"interaction"`
		At time.Time
	}
	renamed struct {
		_     struct{} `leadscore:"interaction"`
		Who   *Contact
		Where account
		When  time.Time `leadscore:"time"`
		Late  time.Time `leadscore:"dated"`
	}
	badTime struct {
		_         struct{} `leadscore:"interaction"`
		Timestamp string
		Contact   *account
	}
	tick[T any] struct{ ID T }
	reserved    struct {
		_  struct{} `leadscore:"Interaction"`
		ID string
	}

	parent struct {
		ID      string
		Two     []twoWays
		Near    []twoWays `leadscore:"via=Frist"`
		Field   []twoWays `leadscore:"via=Name"`
		Wrong   []twoWays `leadscore:"via=Elsewhere"`
		Taken   []taken
		BadName []taken `leadscore:"via='a\u0001b'"`
	}
	twoWays struct {
		_           struct{} `leadscore:"Child"`
		ID          string
		Name        string
		First, Last *parent
		Elsewhere   *account
	}
	taken struct {
		_      struct{} `leadscore:"Taken"`
		ID     string
		Parent string `leadscore:"parent"`
	}
)

// TestTypeErrors checks the problems of types, tags and fields.
func TestTypeErrors(t *testing.T) {
	_ = badTags{}.own
	type toContact struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Contact *Contact
	}
	type toAccount struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Account account
	}
	type employed struct {
		_        struct{} `leadscore:"Contact"`
		ID       string
		Employer *account
	}
	type leadEvent struct {
		_       struct{} `leadscore:"Lead,interaction"`
		Contact string
	}
	type contactEvent struct {
		_  struct{} `leadscore:"Contact,profile"`
		ID string
	}
	type openedProfile struct {
		_  struct{} `leadscore:"EmailOpened,profile"`
		ID string
	}
	type openedPassive struct {
		_       struct{} `leadscore:"EmailOpened,passive"`
		Contact string
	}
	type standardLead struct {
		_             struct{} `leadscore:"Lead"`
		ID            string
		City          int
		Budget        string  `leadscore:"BudgetAmount"`
		Rating        string  `leadscore:"choice=Hot|Lukewarm"`
		Status        string  `leadscore:"Status,text"`
		Country       string  `leadscore:"Country,exact"`
		Employees     float64 `leadscore:"NumberOfEmployees,rollup"`
		Topic         *Contact
		ParentContact *account
		ParentAccount []account
	}
	type standardAccount struct {
		_        struct{} `leadscore:"Account"`
		ID       string
		Contacts string
		Leads    *Lead
		Name     []Lead
	}
	type standardDated struct {
		_  struct{} `leadscore:"Order"`
		ID string
		A  time.Time `leadscore:"dated"`
	}
	type standardDatedToo struct {
		_  struct{} `leadscore:"Order"`
		ID string
		B  time.Time `leadscore:"dated"`
	}
	type mixedEvent struct {
		_       struct{} `leadscore:"Visit,interaction"`
		Contact string
	}
	type mixedProfile struct {
		_  struct{} `leadscore:"Visit,profile"`
		ID string
	}
	type standardContact struct {
		_     struct{} `leadscore:"Contact"`
		ID    string
		Leads []account
	}
	type standardLeads struct {
		_     struct{} `leadscore:"Contact"`
		ID    string
		Leads []Lead `leadscore:"via=ParentAccount"`
	}
	// Vet keeps a tag that is not written as Go wants it out of a type above.
	bare := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[string]()},
		{Name: "Bare", Type: reflect.TypeFor[string](), Tag: `json:"x" leadscore:Bare`},
	})).Elem().Interface()
	standard := leadscore.StandardSchema()
	var g golden
	for _, x := range []any{
		badTags{}, bare, badMarker{}, badMarkers{}, badSkip{}, badPassive{}, badTypes{}, badOptions{}, badDates{}, badIDs{}, badID{}, noID{},
		badNames{}, eventLike{}, withPart{}, strayed{}, renamed{}, badTime{}, reserved{}, tick[string]{}, parent{}, openedProfile{}, openedPassive{}, leadEvent{},
		standardLead{}, standardAccount{}, standardContact{}, standardLeads{}, 7, nil, map[string]Lead{}, time.Time{}, []*[]Lead{},
	} {
		_, err := structs.Schema(standard, x)
		g.add(fmt.Sprintf("%T", x), err)
	}
	for _, x := range []any{toContact{}, toAccount{}, contactEvent{}, employed{}, account{}} {
		_, err := structs.Schema(nil, x)
		g.add(fmt.Sprintf("%T", x), err)
	}
	_, err := structs.Schema(standard, standardDated{}, standardDatedToo{})
	g.add("two dates of one entity", err)
	_, err = structs.Schema(standard, mixedEvent{}, mixedProfile{})
	g.add("two kinds of one entity", err)
	g.check(t, "testdata/types.txt")
}

// TestAddTypeErrors checks the problems of types that are new to a source.
func TestAddTypeErrors(t *testing.T) {
	type newLead struct {
		_             struct{} `leadscore:"Lead"`
		ID            string
		Bugdet        float64
		Topic         string
		Owner         *Contact
		Helper        string `leadscore:"ref=Contact"`
		Orders        []account
		ParentContact string
		Since         time.Time
	}
	type newOrder struct {
		_  struct{} `leadscore:"Order"`
		ID string
	}
	type newEvent struct {
		_       struct{} `leadscore:"EmailOpend,interaction"`
		Contact string
	}
	type newPassive struct {
		_       struct{} `leadscore:"EmailOpened,passive"`
		Contact string
	}
	type newDated struct {
		_    struct{} `leadscore:"Timed"`
		ID   string
		Time time.Time `leadscore:"dated"`
	}
	type timed struct {
		_    struct{} `leadscore:"Timed"`
		ID   string
		Time time.Time
	}
	s, err := structs.Load(nil, []Lead(nil), timed{ID: "1"})
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	for _, x := range []any{newLead{}, newOrder{}, newEvent{}, newPassive{}, newDated{}, 7, nil} {
		g.add(fmt.Sprintf("%T", x), s.Add(x))
	}
	g.check(t, "testdata/add.txt")
}

// TestRecordErrors checks the problems of records.
func TestRecordErrors(t *testing.T) {
	_, err := structs.Load(nil, []Lead{}, []*everything{
		{Key: uuid{0, 1}, Float: float32(math.NaN())},
		{Key: uuid{0, 2}, Float: float32(math.Inf(-1)), Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Date: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Key: uuid{0, 3}, Days: sql.Null[time.Time]{V: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), Valid: true}},
		{Key: uuid{0, 4}, Text: "a\xff", Tags: []string{"b\xff"}, Owner: "c\xff", Bytes: uuid{6, 6}},
		{Key: uuid{0, 5}, Money: money{2}, Code: money{3}, When: money{1}, Yes: money{100}},
		{Key: uuid{0, 6}, When: money{2}, Code: money{2}},
		{},
		{Key: uuid{6, 6}},
		{Key: uuid{0, 7}, Friends: []friend{{}, {Id: "f"}}},
		{Key: uuid{0, 8}, Parent: &everything{Key: uuid{6, 6}}},
		{Key: uuid{0, 9}, Friends: []friend{{Id: "f"}}},
	})
	var g golden
	g.add("values", err)

	c := &Contact{ID: "c", City: "Chicago"}
	_, err = structs.Load(nil, Lead{ID: "l", Contact: c}, Lead{ID: "l", Contact: c, Budget: 3}, Contact{ID: "c"}, Contact{ID: strings.Repeat("long ", 30)},
		Contact{ID: strings.Repeat("long ", 30), City: strings.Repeat("x", 100)})
	if !errors.Is(err, structs.ErrDuplicate) {
		t.Errorf("no ErrDuplicate: %v", err)
	}
	g.add("duplicates", err)

	l := &ring{ID: "l", Parent: &ringContact{ID: "other"}}
	_, err = structs.Load(nil, &ringContact{ID: "c", Leads: []*ring{l}}, &ringContact{ID: "d", Leads: []*ring{l}})
	g.add("inverses that contradict", err)

	base, err := leadscore.ParseSchema("s.score", "profile Account { id number }", leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	type company struct {
		_  struct{} `leadscore:"Account"`
		ID string
	}
	_, err = structs.Load(base, company{ID: "x7"})
	g.add("an id that the schema wants otherwise", err)

	s, err := structs.Load(nil, Lead{ID: "l", Contact: c})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Add([]Lead{{ID: "l"}, {ID: "m", Budget: math.NaN(), Contact: &Contact{}}})
	if !errors.Is(err, structs.ErrDuplicate) {
		t.Errorf("no ErrDuplicate: %v", err)
	}
	g.add("added later", err)

	var many []Lead
	for i := range 500 {
		many = append(many, Lead{ID: fmt.Sprint(i), Budget: math.Inf(1)})
	}
	_, err = structs.Load(nil, many)
	lines := strings.Split(fmt.Sprint(err), "\n")
	g.add("many", errors.New(strings.Join(lines[99:], "\n")))
	g.check(t, "testdata/records.txt")
}

var update = flag.Bool("update", false, "write the golden files anew")

// A golden gathers errors to be compared with a file that people read.
type golden struct{ strings.Builder }

func (g *golden) add(name string, err error) {
	fmt.Fprintf(g, "== %s\n%v\n\n", strings.TrimPrefix(name, "structs_test."), err)
}

func (g *golden) check(t *testing.T, file string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(g.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(g.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got), rewritten with -update:\n%s", file, diff)
	}
}

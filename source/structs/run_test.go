package structs

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
)

// Types whose records come in runs, and types that lead to them.
type (
	runLead struct {
		_       struct{} `leadscore:"Lead"`
		ID      string
		Contact *runContact `leadscore:"ParentContact"`
		Asked   []runAsked
	}
	runContact struct {
		_      struct{} `leadscore:"Contact"`
		ID     string
		Opened []runOpened
		Sent   []runSent
		Asked  []runAsked
	}
	runOpened struct {
		_  struct{} `leadscore:"Opened,interaction"`
		ID string
		runWhen
		*runMore
		Contact string // that of the slice, if it is set
		Name    string
		Score   sql.NullFloat64
		Clicks  *int
		Final   *bool
		Day     time.Time `leadscore:"date"`
		Tags    []string  `leadscore:"choices"`
	}
	runWhen struct {
		At time.Time `leadscore:"Timestamp"`
	}
	runMore struct {
		More   runCode
		Weight float64
	}
	runSent struct {
		_    struct{}  `leadscore:"Sent,passive"`
		At   time.Time `leadscore:"Timestamp"`
		Note string
	}
	runAsked struct {
		_    struct{} `leadscore:"Asked,interaction"`
		ID   int64
		At   time.Time  `leadscore:"Timestamp"`
		Shop *runShop   // a record with no slice
		By   runPartner // the same, in place
	}
	runShop struct {
		_    struct{} `leadscore:"Shop"`
		ID   string
		City string
	}
	runPartner struct {
		_  struct{} `leadscore:"Partner"`
		ID string
	}
	runCode [2]byte
)

func (c runCode) MarshalText() ([]byte, error) {
	if c[0] == 'x' {
		return nil, errors.New("x is no code")
	}
	return []byte(strconv.Itoa(int(c[0])) + "-" + strconv.Itoa(int(c[1]))), nil
}

// runBase declares an id, so that it is a field of what is opened, too.
const runBase = `interaction Opened { id text }`

// A runDraw draws records. Only faulty ones may be wrong, or there twice.
type runDraw struct {
	*rapid.T
	faulty   bool
	n        int
	contacts []*runContact
	shops    []*runShop
}

func (d *runDraw) chance(n int) bool { return rapid.IntRange(1, n).Draw(d.T, "chance") == 1 }

// fault reports whether to do something that may be wrong.
func (d *runDraw) fault() bool { return d.faulty && d.chance(20) }

func (d *runDraw) id() string {
	if !d.fault() {
		d.n++
	}
	return strconv.Itoa(d.n)
}

func (d *runDraw) text() string {
	if d.fault() {
		return "\xff"
	}
	return rapid.SampledFrom([]string{"", "a", "b", "a longer text"}).Draw(d.T, "text")
}

func (d *runDraw) time() time.Time {
	switch {
	case d.chance(4):
		return time.Time{}
	case d.fault():
		return time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(2026, 5, rapid.IntRange(1, 30).Draw(d.T, "day"), 1, 2, 3, 4567, time.FixedZone("", 3600))
}

func (d *runDraw) opened(contact string) runOpened {
	o := runOpened{
		runWhen: runWhen{d.time()}, Name: d.text(), Day: d.time(),
		Score: sql.NullFloat64{Float64: float64(rapid.IntRange(-1, 2).Draw(d.T, "score")), Valid: !d.chance(3)},
	}
	if !d.chance(3) {
		o.ID = "o" + d.id()
	}
	if d.fault() {
		o.Score.Float64 = math.NaN()
	}
	if d.chance(3) {
		o.Contact = contact
	} else if d.fault() {
		o.Contact = "another"
	}
	if d.chance(2) {
		o.runMore = &runMore{runCode{'0', byte(rapid.IntRange(0, 2).Draw(d.T, "code"))}, 0.5}
		if d.fault() {
			o.More[0] = 'x'
		}
	}
	if d.chance(2) {
		o.Clicks = new(rapid.IntRange(0, 3).Draw(d.T, "clicks"))
	}
	if d.chance(2) {
		o.Final = new(d.chance(2))
	}
	for range rapid.IntRange(0, 2).Draw(d.T, "tags") {
		o.Tags = append(o.Tags, d.text())
	}
	return o
}

func (d *runDraw) asked() runAsked {
	d.n++
	a := runAsked{ID: int64(d.n), At: d.time()}
	if d.chance(10) {
		a.ID = 0
	}
	switch {
	case d.chance(3):
		a.Shop = &runShop{ID: "s" + d.id(), City: d.text()}
		d.shops = append(d.shops, a.Shop)
	case len(d.shops) > 0 && d.chance(2):
		a.Shop = rapid.SampledFrom(d.shops).Draw(d.T, "shop")
	}
	if d.chance(3) {
		a.By.ID = rapid.SampledFrom([]string{"p1", "p2"}).Draw(d.T, "partner")
	}
	return a
}

func (d *runDraw) list() int {
	if d.chance(50) {
		return blockSize + rapid.IntRange(-1, 1).Draw(d.T, "many")
	}
	return rapid.IntRange(0, 4).Draw(d.T, "list")
}

func (d *runDraw) contact() *runContact {
	if len(d.contacts) > 0 && d.chance(3) {
		return rapid.SampledFrom(d.contacts).Draw(d.T, "contact")
	}
	c := &runContact{ID: "c" + d.id()}
	for range d.list() {
		c.Opened = append(c.Opened, d.opened(c.ID))
	}
	for range rapid.IntRange(0, 4).Draw(d.T, "sent") {
		c.Sent = append(c.Sent, runSent{At: d.time(), Note: d.text()})
	}
	for range rapid.IntRange(0, 4).Draw(d.T, "asked") {
		c.Asked = append(c.Asked, d.asked())
	}
	if len(d.contacts) > 0 && d.fault() { // elements of two slices
		of := rapid.SampledFrom(d.contacts).Draw(d.T, "of")
		c.Sent = of.Sent[rapid.IntRange(0, len(of.Sent)).Draw(d.T, "from"):]
	}
	d.contacts = append(d.contacts, c)
	return c
}

// arguments draws what is loaded.
func (d *runDraw) arguments() []any {
	var leads []*runLead
	var sent []runSent
	var opened []runOpened
	for range rapid.IntRange(0, 5).Draw(d.T, "leads") {
		l := &runLead{ID: "l" + d.id()}
		if !d.chance(4) {
			l.Contact = d.contact()
		}
		for range rapid.IntRange(0, 2).Draw(d.T, "asked") {
			l.Asked = append(l.Asked, d.asked())
		}
		leads = append(leads, l)
	}
	for range d.list() {
		opened = append(opened, d.opened("c1"))
	}
	for range rapid.IntRange(0, 3).Draw(d.T, "sent") {
		sent = append(sent, runSent{At: d.time(), Note: d.text()})
	}
	args := []any{leads, opened, &sent, []*runContact{}}
	if len(sent) > 0 && d.fault() {
		args = append(args, sent[:1])
	}
	return args
}

// content lists the records of a source, in their order.
func content(s *Source) string {
	var b strings.Builder
	for e := range s.schema.Entities() {
		t := s.store.Table(e.Name())
		for row := range t.Rows() {
			fmt.Fprintf(&b, "%s %q", e.Name(), t.ID(t.RowKey(row)))
			for _, c := range t.Columns() {
				v := t.Value(row, c)
				fmt.Fprintf(&b, " %s=%s:%q", c.Name, v.Kind(), v)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// TestRuns: slices that are read as runs give the records that the same slices give
// that are read one by one, and if something is wrong, the same errors.
func TestRuns(t *testing.T) {
	base, err := leadscore.ParseSchema("base", runBase, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := &runDraw{T: t}
		d.faulty = d.chance(2)
		args := d.arguments()
		b := newBinder(base)
		schema, err := b.bind(args)
		if err != nil {
			t.Fatal(err)
		}
		want, wantErr := load(schema, b, args, false)
		if !d.faulty {
			if wantErr != nil {
				t.Fatal(wantErr)
			}
			if _, err := load(schema, b, args, true); err != nil {
				t.Fatalf("with runs: %v", err)
			}
		}
		got, err := Load(base, args...)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("got the error %v\nwant %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if got, want := content(got), content(want); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		// What is added later goes on counting ids where the load has stopped.
		for _, s := range []*Source{got, want} {
			if err := s.Add([]runSent{{Note: "later"}}); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := content(got), content(want); got != want {
			t.Errorf("later, got\n%s\nwant\n%s", got, want)
		}
	})
}

package stream

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/traverse"
)

func FuzzToken(f *testing.F) {
	for _, s := range []string{"", "a", "a.b", "=", "=41", "lead 7", "Zoë", "*", ">", "\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tok := token(s)
		if strings.ContainsAny(tok, ".*> \t\r\n\x00") || tok == "" {
			t.Errorf("the token of %q is %q", s, tok)
		}
		if back, err := name(tok); err != nil || back != s {
			t.Errorf("the token %q of %q is that of %q, %v", tok, s, back, err)
		}
		if back, err := name(s); err == nil && s != "=" && token(back) != s && !strings.Contains(s, "=") {
			t.Errorf("%q is the token of %q, whose token is %q", s, back, token(back))
		}
	})
}

// FuzzNode reads documents, damaged ones among them: what can be read is written as it was read.
func FuzzNode(f *testing.F) {
	n := &node{seq: 7, exists: true, refs: []string{"ada", ""}, was: []was{{6, 1, "ben"}}, values: []traverse.Value{
		{}, traverse.TextValue("a"), traverse.NumberValue(-1.5), traverse.BoolValue(true), traverse.BoolValue(false),
		traverse.TimeValue(time.Unix(1, 2000)), traverse.DateValue(2026, 5, 1), traverse.ChoicesValue("x", "y"),
	}}
	n.put(3, "open-1", referrer{5, n.values})
	n.put(3, "open-2", referrer{6, nil})
	n.put(1, "lead", referrer{2, nil})
	data := n.encode()
	f.Add(data)
	f.Add([]byte{})
	for i := range data {
		f.Add(data[:i])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := decodeNode(data)
		if err != nil {
			return
		}
		back, err := decodeNode(n.encode())
		if err != nil {
			t.Fatalf("%v cannot be read back: %v", n, err)
		}
		if got, want := describe(back), describe(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// describe returns all that a node has, as text.
func describe(n *node) string {
	text := fmt.Sprintf("%d %t %v %q %v", n.seq, n.exists, n.values, n.refs, n.was)
	for _, edge := range slices.Sorted(maps.Keys(n.in)) {
		for _, id := range slices.Sorted(maps.Keys(n.in[edge])) {
			r := n.in[edge][id]
			text += fmt.Sprintf(" %d %q %d %v", edge, id, r.seq, r.values)
		}
	}
	return text
}

// TestAffected finds the leads whose scores depend on a record, and no others where none are
// connected.
func TestAffected(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	publish(t, l, m,
		Change{Entity: "Account", ID: "beanhouse", Record: record{"ParentAccount": "holding", "PrimaryContact": "cleo"}},
		Change{Entity: "Contact", ID: "ada", Record: record{"ParentAccount": "beanhouse"}},
		Change{Entity: "Contact", ID: "ben", Record: record{"ParentAccount": "beanhouse"}},
		Change{Entity: "Contact", ID: "dora", Record: record{}},
		Change{Entity: "Contact", ID: "eve", Record: record{"ParentAccount": "holding"}},
		Change{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
		Change{Entity: "Lead", ID: "ben-lead", Record: record{"ParentContact": "ben"}},
		Change{Entity: "Lead", ID: "deal", Record: record{"ParentAccount": "beanhouse"}},
		Change{Entity: "Lead", ID: "dora-lead", Record: record{"ParentContact": "dora"}},
		Change{Entity: "EmailClicked", ID: "click", Record: record{"Contact": "dora", "Campaign": "spring", "Timestamp": ago(day)}},
		Change{Entity: "Order", ID: "order", Record: record{"Buyer": "cleo", "PlacedOn": ago(day)}},
		Change{Entity: "WebsiteVisited", ID: "visit", Record: record{"Contact": "ben", "Timestamp": ago(day)}},
		Change{Entity: "FormSubmitted", ID: "form", Record: record{"Contact": "ben", "Lead": "ben-lead", "Timestamp": ago(day)}},
	)
	wait(t, w)
	for _, c := range []struct{ entity, id, want string }{
		{"Campaign", "spring", "dora-lead"},
		{"Contact", "dora", "dora-lead"},
		{"EmailClicked", "click", "dora-lead"},
		{"Lead", "deal", "deal"},
		{"Account", "beanhouse", "ada-lead ben-lead deal"},
		{"Contact", "ada", "ada-lead ben-lead deal"}, // colleagues count each other, and the company its people
		{"Order", "order", "ada-lead ben-lead deal"}, // cleo is the primary contact of their account
		{"WebsiteVisited", "visit", "ben-lead deal"}, // counted for the lead of his account, too
		{"FormSubmitted", "form", "ben-lead"},
		{"Contact", "nobody", ""},
	} {
		got, err := w.records.affected(t.Context(), w.records.layout.entities[c.entity], c.id)
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for _, want := range strings.Fields(c.want) {
			if !slices.Contains(got, want) {
				missing++
			}
		}
		if missing > 0 || len(got) > len(strings.Fields(c.want)) {
			t.Errorf("%s %s affects %v, want %s", c.entity, c.id, got, c.want)
		}
	}
}

// TestOldInteractions applies changes as of later instants: what no rule counts any more is
// dropped from the state, and what some rule counts stays.
func TestOldInteractions(t *testing.T) {
	l := open(t, serve(t), Options{Keep: day})
	w, err := l.Version(t.Context(), "v1", compile(t, `
model "M" {
    target contact
    condition "Opened" { each EmailOpened within last 30 days score +10 }
    condition "Clicked" { each EmailClicked score +10 }
}`))
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var seq uint64
	apply := func(entity, id string, at time.Time) {
		t.Helper()
		c, err := w.fitter.read(t.Context(), &Change{Entity: entity, ID: id, Record: record{"Contact": "ada", "Timestamp": at}})
		if err != nil {
			t.Fatal(err)
		}
		seq++
		if _, err := w.records.apply(t.Context(), c, seq, at); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 200 {
		apply("EmailOpened", fmt.Sprintf("open-%03d", i), begin.Add(time.Duration(i)*day))
		if i%50 == 0 {
			apply("EmailClicked", fmt.Sprintf("click-%03d", i), begin.Add(time.Duration(i)*day))
		}
	}
	ada, err := w.records.view().get(t.Context(), "Contact", "ada")
	if err != nil {
		t.Fatal(err)
	}
	opens := ada.node.in[w.records.layout.edgeOf("EmailOpened", "Contact")]
	if got := slices.Sorted(maps.Keys(opens)); len(got) < 31 || len(got) > 33 || got[len(got)-1] != "open-199" {
		t.Errorf("the state has the opens %v, want those of the last 31 days", got)
	}
	if clicks := ada.node.in[w.records.layout.edgeOf("EmailClicked", "Contact")]; len(clicks) != 4 {
		t.Errorf("the state has the clicks %v, want all", clicks)
	}
	raw, err := w.state.stream.GetLastMsgForSubject(t.Context(), w.state.prefix+nodeKey("EmailOpened", "open-000"))
	if err != nil || raw.Header.Get("Nats-TTL") == "" {
		t.Errorf("the document of an old interaction does not expire: %v, %v", raw, err)
	}
	raw, err = w.state.stream.GetLastMsgForSubject(t.Context(), w.state.prefix+nodeKey("EmailClicked", "click-000"))
	if err != nil || raw.Header.Get("Nats-TTL") != "" {
		t.Errorf("the document of an interaction that counts expires: %v, %v", raw, err)
	}
}

// TestDocumentSizes holds the package comment to what it says of the sizes of documents, with
// ids that are UUIDs.
func TestDocumentSizes(t *testing.T) {
	const megabyte = 1 << 20
	id := func(i int) string { return fmt.Sprintf("%08d-0000-0000-0000-000000000000", i) }
	contact, account := &node{exists: true}, &node{exists: true}
	for i := range 10_000 {
		contact.put(1, id(i), referrer{1 << 30, []traverse.Value{traverse.TextValue(id(0)), traverse.TimeValue(time.Now())}})
	}
	if got := len(contact.encode()); got > megabyte || got < megabyte*3/4 {
		t.Errorf("10,000 interactions take %d bytes, want up to a megabyte", got)
	}
	for i := range 20_000 {
		account.put(1, id(i), referrer{1 << 30, nil})
	}
	if got := len(account.encode()); got > megabyte || got < megabyte*3/4 {
		t.Errorf("20,000 references take %d bytes, want up to a megabyte", got)
	}
}

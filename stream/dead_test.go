package stream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

func TestDeadLetters(t *testing.T) {
	conn := serve(t, func(o *server.Options) { o.MaxPayload = 8 << 10 })
	l := open(t, conn, Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	publish(t, l, m,
		Change{Entity: "Lead", ID: "ada-lead", Record: record{"ParentContact": "ada"}},
		Change{Entity: "EmailOpened", ID: "open-1", Record: record{"Contact": "ada", "Timestamp": ago(day)}},
	)
	for _, bad := range []struct{ subject, body, reason string }{
		{"EmailOpened.open-2", `{"entity": "EmailOpened", "id": "open-2", "record": {"Contct": "ada"}}`, `did you mean Contact?`},
		{"EmailOpened.open-3", `{"entity": "EmailOpened", "id": "open-3", "record": {"Contact": "ada", "Timestamp": "yesterday"}}`, `Timestamp`},
		{"Emails.open-4", `{"entity": "Emails", "id": "open-4", "record": {}}`, `the schema has no entity "Emails"`},
		{"EmailOpened.open-5", `not JSON`, `the body is not the JSON of a change`},
		{"EmailOpened.open-6", `{"entity": "EmailOpened", "id": "open-1", "removed": true}`, `the body is about EmailOpened.open-1`},
		{"EmailOpened.open-1", `{"entity": "EmailOpened", "id": "open-1"}`, `either a record or removed`},
		{"EmailOpened.open-1", `{"entity": "EmailOpened", "id": "open-1", "removed": true} {}`, `more than one JSON value`},
		{"EmailOpened.open-1", "{\"entity\": \"EmailOpened\", \"id\": \"open-1\", \"record\": {\"EmailName\": \"\xff\"}}", `UTF-8`},
	} {
		before := len(letters(t, l))
		if _, err := l.js.Publish(t.Context(), "ls.changes."+bad.subject, []byte(bad.body)); err != nil {
			t.Fatal(err)
		}
		wait(t, w)
		list := letters(t, l)
		if len(list) != before+1 {
			t.Fatalf("%s: there are %d dead letters, want %d", bad.body, len(list), before+1)
		}
		last := list[before]
		if reason := last.Header.Get(ReasonHeader); !strings.Contains(reason, bad.reason) {
			t.Errorf("%s: the reason is %q, want it to contain %q", bad.body, reason, bad.reason)
		}
		if string(last.Data) != bad.body || last.Header.Get(SubjectHeader) != "ls.changes."+bad.subject || last.Header.Get(SequenceHeader) == "" {
			t.Errorf("%s: the letter is %v %q", bad.body, last.Header, last.Data)
		}
		m.compare(t, w, bad.body)
	}
	before := len(letters(t, l))
	for i := 0; len(letters(t, l)) == before; i++ { // the document of a contact becomes too large
		c := Change{Entity: "FormSubmitted", ID: fmt.Sprintf("form-%d", i), Record: record{"Contact": "ada", "Timestamp": ago(day), "Url": "https://example.com/demo?" + strings.Repeat("x", 900)}}
		if err := l.Publish(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		wait(t, w)
		if len(letters(t, l)) == before {
			m.put(t, c)
		}
		if i > 20 {
			t.Fatal("the document of a contact never becomes too large")
		}
	}
	if reason := letters(t, l)[before].Header.Get(ReasonHeader); !strings.Contains(reason, "too many interactions or references of one record") {
		t.Errorf("the reason is %q", reason)
	}
	m.compare(t, w, "a document that is too large")
	publish(t, l, m, Change{Entity: "EmailOpened", ID: "open-1", Removed: true})
	wait(t, w)
	m.compare(t, w, "the change after it")
}

// A change that is not valid is refused by Publish already.
func TestPublishRefuses(t *testing.T) {
	l := open(t, serve(t), Options{})
	for _, bad := range []struct {
		change Change
		want   string
	}{
		{Change{ID: "a", Removed: true}, "the change has no entity"},
		{Change{Entity: "Lead", Removed: true}, "the change has no id"},
		{Change{Entity: "Lead", ID: strings.Repeat("x", 513), Removed: true}, "longer than 512 bytes"},
		{Change{Entity: "Lead", ID: "a"}, "either a record or is removed"},
		{Change{Entity: "Lead", ID: "a", Record: record{"City": func() {}}}, "the record of Lead a"},
	} {
		if err := l.Publish(t.Context(), bad.change); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v: got error %v, want %q", bad.change, err, bad.want)
		}
	}
}

func TestVersionRefuses(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	if _, err := l.Version(t.Context(), "v1", set); err != nil {
		t.Fatal(err)
	}
	other := compile(t, `model "M" { target contact condition "C" { each EmailSent score +1 } }`)
	for _, bad := range []struct {
		version, want string
		call          func(version string) error
	}{
		{"v 1", "cannot name a version", func(v string) error { _, err := l.Version(t.Context(), v, set); return err }},
		{"", "has no name", func(v string) error { _, err := l.Version(t.Context(), v, set); return err }},
		{"v2", "the set has no models", func(v string) error { _, err := l.Version(t.Context(), v, nil); return err }},
		{"v1", "give the rules a version of their own", func(v string) error { _, err := l.Version(t.Context(), v, other); return err }},
	} {
		if err := bad.call(bad.version); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("version %q: got error %v, want %q", bad.version, err, bad.want)
		}
	}
}

package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// rules has paths of every kind: to accounts and back, over interactions, by the lead of an
// interaction, with and without date ranges, for contacts, accounts and leads, and stages.
const rules = `
profile Contact {
    Orders <- Order.Buyer
}
profile Order {
    PlacedOn time
    Amount   number
    Buyer -> Contact
    dated by PlacedOn
}
profile Campaign {
    Topic text
}
interaction EmailClicked {
    Campaign -> Campaign
}

model "People" {
    target contact

    condition "Opened" {
        each EmailOpened within last 30 days
        score +10
    }
    condition "Retail" {
        has Lead.ParentContact.ParentAccount
            where Industry = "Retail"
        score +7
    }
    condition "Colleagues in Chicago" {
        each Lead.ParentContact.ParentAccount.Contacts
            where City = "Chicago"
        score +3
    }
    condition "Coffee clicks" {
        each EmailClicked.Campaign
            where Topic = "Coffee"
        score +5
    }
    condition "Clicks of directors in retail" {
        each EmailClicked.Contact
            where JobTitle contains "director"
              and ParentAccount.Industry = "Retail"
        score +2
    }
    condition "Orders" {
        each Lead.ParentContact.Orders within last 1 year
            where Amount > 100
        score +20
    }
    condition "Fading" {
        each FormSubmitted losing 50% every 1 week
        score +16
    }
    condition "Primary" {
        has Lead.ParentContact.ParentAccount.PrimaryContact.Orders
        score +1
    }
    grade "Cold" below 30
    grade "Warm" from 30
    sales ready at 60
}

model "Companies" {
    target account

    condition "Visits" {
        at least 2 WebsiteVisited within last 14 days
        score +40
    }
    condition "Sisters" {
        each Lead.ParentAccount.ParentAccount.Contacts.Orders
        score +4
    }
}

model "Inquiries" {
    target lead with contact

    condition "Forms" {
        each FormSubmitted
            where Url contains "demo"
        score +11
    }
    condition "City" {
        has Lead
            where City = "Chicago"
        score +1
    }
}

` + stagesBlock

const stagesBlock = `stages "Life cycle" {
    stage "Inquiry"
    stage "Marketing qualified"
        when score of "People" >= 30 or score of "Companies" >= 40
        until score of "People" < 10
        then "notify marketing"
    stage "Sales qualified"
        when condition "Orders" of "People" holds
        sticky
        then "route to sales"
}
`

func compile(t testing.TB, texts ...string) *leadscore.Set {
	t.Helper()
	var files []leadscore.File
	for i, text := range texts {
		files = append(files, leadscore.File{Name: fmt.Sprintf("rules%d.score", i), Text: text})
	}
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// serve starts a server in this process, and returns a connection.
func serve(t testing.TB, change ...func(*server.Options)) *nats.Conn {
	t.Helper()
	o := &server.Options{JetStream: true, StoreDir: t.TempDir(), DontListen: true, NoLog: true, NoSigs: true}
	for _, c := range change {
		c(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func open(t testing.TB, conn *nats.Conn, o Options) *Log {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if o.Logger == nil {
		o.Logger = quiet
	}
	if o.Replicas == 0 {
		o.Storage = jetstream.MemoryStorage
	}
	l, err := Open(t.Context(), js, "ls", o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// work adds a worker of a version and runs it until the test ends, or stop is called.
func work(t testing.TB, l *Log, version string, set *leadscore.Set) (w *Worker, stop func()) {
	t.Helper()
	w, err := l.Version(t.Context(), version, set)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the worker ended: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return w, stop
}

// wait waits until a version has nothing to do.
func wait(t testing.TB, w *Worker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := w.Wait(ctx); err != nil {
		lag, _ := w.Lag(t.Context())
		t.Fatalf("the worker does not end its work: %v; %+v", err, lag)
	}
}

// A mirror is the records that the changes come to, in memory: what scores are recomputed from.
type mirror struct {
	set     *leadscore.Set
	records *memory.Source
	leads   map[string]bool // that there have been
}

func newMirror(set *leadscore.Set) *mirror {
	return &mirror{set, memory.New(set.Schema()), map[string]bool{}}
}

func (m *mirror) put(t testing.TB, c Change) {
	t.Helper()
	if c.Entity == "Lead" {
		m.leads[c.ID] = true
	}
	var err error
	if c.Removed {
		_, err = m.records.Delete(c.Entity, c.ID)
	} else {
		err = m.records.Put(c.Entity, c.ID, c.Record)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// outcomes recomputes the outcomes of a lead.
func (m *mirror) outcomes(t testing.TB, lead string, asOf time.Time) []Outcome {
	t.Helper()
	r, err := m.set.Score(t.Context(), lead, m.records, leadscore.AsOf(asOf))
	if errors.Is(err, leadscore.ErrNoLead) {
		var list []Outcome
		for _, model := range m.set.Models() {
			list = append(list, Outcome{Model: model.Name(), Status: StatusNoLead})
		}
		return list
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []Outcome
	for _, r := range r.Results {
		list = append(list, OutcomeOf(r))
	}
	return list
}

// compare compares the scores of all leads with their recomputation: as of the instant of
// each, as of the microsecond before the next change, and as of now.
func (m *mirror) compare(t testing.TB, w *Worker, doing string) {
	t.Helper()
	m.compareBy(t, doing, func(lead string) (Score, bool, error) { return w.Score(t.Context(), lead) })
}

// compareLater is compare while servers may not answer.
func (m *mirror) compareLater(t *testing.T, w *Worker, doing string) {
	t.Helper()
	m.compareBy(t, doing, func(lead string) (s Score, ok bool, err error) {
		until(t, "read a score", func(ctx context.Context) error {
			s, ok, err = w.Score(ctx, lead)
			return err
		})
		return s, ok, err
	})
}

func (m *mirror) compareBy(t testing.TB, doing string, score func(lead string) (Score, bool, error)) {
	t.Helper()
	for lead := range m.leads {
		s, ok, err := score(lead)
		if err != nil {
			t.Fatal(err)
		}
		if !ok { // added and removed before it was scored
			if want := m.outcomes(t, lead, time.Now()); want[0].Status != StatusNoLead {
				t.Fatalf("after %s: lead %s has no score, want %v", doing, lead, want)
			}
			continue
		}
		instants := []time.Time{s.AsOf}
		if !s.Next.IsZero() {
			instants = append(instants, s.Next.Add(-time.Microsecond))
		}
		if now := time.Now(); now.After(s.AsOf) && (s.Next.IsZero() || now.Before(s.Next)) {
			instants = append(instants, now)
		}
		for _, at := range instants {
			if want := m.outcomes(t, lead, at); !slices.EqualFunc(s.Outcomes, want, Outcome.Equal) {
				t.Fatalf("after %s: lead %s as of %s (of %s, next %s):\ngot  %v\nwant %v", doing, lead, at, s.AsOf, s.Next, s.Outcomes, want)
			}
		}
	}
}

// events returns the events of a log so far, by lead, without repetitions, and checks that
// they are in order.
func events(t testing.TB, l *Log) map[string][]Event {
	t.Helper()
	s, err := l.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]Event{}
	for seq := uint64(1); seq <= info.State.LastSeq; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		var e Event
		if err := json.Unmarshal(m.Data, &e); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(m.Subject, "ls.events."+e.Kind+".") {
			t.Errorf("the subject of %v is %s", e, m.Subject)
		}
		list := all[e.Lead]
		if e.Number <= uint64(len(list)) {
			continue // a repetition
		}
		if e.Number != uint64(len(list))+1 {
			t.Fatalf("after %d events of lead %s comes number %d", len(list), e.Lead, e.Number)
		}
		all[e.Lead] = append(list, e)
	}
	return all
}

// told checks that the events of each lead lead to its score: that each begins where the one
// before ended, and the last one ends with what the lead has. Time may change a score while told
// looks, so it looks several times.
func told(t testing.TB, w *Worker) {
	t.Helper()
	var err error
	for range 5 {
		if err = toldOnce(t, w); err == nil {
			return
		}
		time.Sleep(300 * time.Millisecond)
	}
	t.Fatal(err)
}

func toldOnce(t testing.TB, w *Worker) error {
	t.Helper()
	all := events(t, w.log)
	leads, err := w.Leads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, lead := range leads {
		s, _, err := w.Score(t.Context(), lead)
		if err != nil {
			t.Fatal(err)
		}
		if s.Number != uint64(len(all[lead])) {
			return fmt.Errorf("lead %s has %d events, %d were sent", lead, s.Number, len(all[lead]))
		}
		last, stage, err := replay(all[lead])
		if err != nil {
			return err
		}
		for _, o := range s.Outcomes {
			if last[o.Model] == nil || !last[o.Model].Equal(o) {
				return fmt.Errorf("lead %s was told to have %v, and has %v", lead, last[o.Model], o)
			}
		}
		if got := s.Stages["Life cycle"]; got != "" && got != stage {
			return fmt.Errorf("lead %s was told to be in %q, and is in %q", lead, stage, got)
		}
	}
	return nil
}

// replay returns the outcomes and the stage that the events of a lead lead to.
func replay(list []Event) (last map[string]*Outcome, stage string, err error) {
	const first = "Inquiry"
	last, stage = map[string]*Outcome{}, first
	for _, e := range list {
		switch e.Kind {
		case ScoreChanged:
			if was := last[e.Model]; (was == nil) != (e.Before == nil) || was != nil && !was.Equal(*e.Before) {
				return nil, "", fmt.Errorf("event %d of lead %s begins with %v, the one before ended with %v", e.Number, e.Lead, e.Before, was)
			}
			last[e.Model] = e.After
			if e.After.Status == StatusNoLead {
				stage = first // a lead that is added again begins anew
			}
		case StageChanged:
			if stage != e.From {
				return nil, "", fmt.Errorf("event %d of lead %s is from %q, the lead is in %q", e.Number, e.Lead, e.From, stage)
			}
			stage = e.To
		}
	}
	return last, stage, nil
}

// A letter is a dead letter.
type letter = jetstream.RawStreamMsg

// letters returns the dead letters of a log so far.
func letters(t testing.TB, l *Log) (list []*letter) {
	t.Helper()
	s, err := l.DeadLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= info.State.LastSeq; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

package stream

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A draw draws changes of few records, so that they refer to each other.
type draw struct {
	*rand.Rand
	id   int
	made []Change // interactions and orders that may be corrected
}

func (d *draw) pick(list ...string) string { return list[d.IntN(len(list))] }
func (d *draw) contact() string            { return "c" + strconv.Itoa(d.IntN(5)) }
func (d *draw) account() string            { return "a" + strconv.Itoa(d.IntN(3)) }
func (d *draw) lead() string               { return "lead " + strconv.Itoa(d.IntN(6)) }

// when returns an instant: mostly in the last weeks, at times long ago, and at times at an
// instant at which a window ends within a second from now, or that begins then.
func (d *draw) when() string {
	soon := -time.Duration(d.IntN(900)+100) * time.Millisecond
	switch d.IntN(8) {
	case 0:
		return ago(30*day + soon)
	case 1:
		return ago(7*day + soon)
	case 2:
		return ago(soon)
	case 3:
		return ago(time.Duration(d.IntN(800)) * day)
	}
	return ago(time.Duration(d.IntN(40*24)) * time.Hour)
}

func (d *draw) change() Change {
	maybe := func(r record, name, value string) {
		if d.IntN(4) > 0 {
			r[name] = value
		}
	}
	switch d.IntN(16) {
	case 0, 1:
		r := record{"City": d.pick("Chicago", "Berlin")}
		maybe(r, "ParentContact", d.contact())
		maybe(r, "ParentAccount", d.account())
		return Change{Entity: "Lead", ID: d.lead(), Record: r}
	case 2, 3:
		r := record{"City": d.pick("Chicago", "Berlin"), "JobTitle": d.pick("director", "clerk")}
		maybe(r, "ParentAccount", d.account())
		return Change{Entity: "Contact", ID: d.contact(), Record: r}
	case 4:
		r := record{"Industry": d.pick("Retail", "Software")}
		maybe(r, "ParentAccount", d.account())
		maybe(r, "PrimaryContact", d.contact())
		return Change{Entity: "Account", ID: d.account(), Record: r}
	case 5:
		return Change{Entity: "Campaign", ID: d.pick("spring", "autumn"), Record: record{"Topic": d.pick("Coffee", "Tea")}}
	case 6:
		return Change{Entity: d.pick("Contact", "Account", "Lead", "Campaign"), ID: d.pick("c0", "c1", "a0", "a1", "lead 0", "lead 1", "spring"), Removed: true}
	case 7, 8:
		if len(d.made) > 0 { // a correction, a repetition or a removal
			c := d.made[d.IntN(len(d.made))]
			switch d.IntN(3) {
			case 0:
				return Change{Entity: c.Entity, ID: c.ID, Removed: true}
			case 1:
				return c
			}
			r := record{}
			for k, v := range c.Record {
				r[k] = v
			}
			if c.Entity == "Order" {
				r["Buyer"] = d.contact()
			} else {
				r["Contact"], r["Timestamp"] = d.contact(), d.when()
			}
			return Change{Entity: c.Entity, ID: c.ID, Record: r}
		}
	}
	return d.made1()
}

func (d *draw) made1() Change {
	d.id++
	c := Change{Entity: d.pick("EmailOpened", "EmailClicked", "FormSubmitted", "WebsiteVisited", "Order"), ID: "r." + strconv.Itoa(d.id)}
	if c.Entity == "Order" {
		c.Record = record{"Buyer": d.contact(), "PlacedOn": d.when(), "Amount": d.IntN(200)}
	} else {
		c.Record = record{"Contact": d.contact(), "Timestamp": d.when()}
		if d.IntN(3) == 0 {
			c.Record["Lead"] = d.lead()
		}
	}
	switch c.Entity {
	case "EmailClicked":
		c.Record["Campaign"] = d.pick("spring", "autumn", "nothing")
	case "FormSubmitted":
		c.Record["Url"] = d.pick("https://example.com/demo", "https://example.com/")
	}
	d.made = append(d.made, c)
	return c
}

// steps returns how many changes a property draws: STREAM_STEPS, or fewer.
func steps(t testing.TB, fewer int) int {
	if n, err := strconv.Atoi(os.Getenv("LEADSCORE_STREAM_STEPS")); err == nil {
		return n
	}
	if testing.Short() {
		return fewer / 4
	}
	return fewer
}

func seed(t testing.TB) *draw {
	n := uint64(1)
	if s := os.Getenv("LEADSCORE_STREAM_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Log("seed", n)
	return &draw{Rand: rand.New(rand.NewPCG(n, n))}
}

// TestEqualAfterEachStep compares all scores with their recomputation after each change.
func TestEqualAfterEachStep(t *testing.T) {
	l := open(t, serve(t), Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := seed(t)
	for i := range steps(t, 400) {
		c := d.change()
		publish(t, l, m, c)
		if d.IntN(10) == 0 {
			publish(t, l, m, c)
		}
		wait(t, w)
		m.compare(t, w, fmt.Sprintf("step %d, %s %s", i, c.Entity, c.ID))
	}
	told(t, w)
}

// TestManyWorkers has several workers handle changes as they come, in two programs, as it
// were, with few acknowledgements open or many, and with changes that are delivered again.
func TestManyWorkers(t *testing.T) {
	l := open(t, serve(t), Options{Concurrency: 4, AckWait: time.Second})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	work(t, l, "v1", set)
	work(t, l, "v1", set)
	m := newMirror(set)
	if err := w.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := seed(t)
	for round := range steps(t, 400) / 40 {
		for range 40 {
			publish(t, l, m, d.change())
		}
		wait(t, w)
		m.compare(t, w, fmt.Sprintf("round %d", round))
	}
	told(t, w)
}

// TestDeliveredAgain delivers all changes a second time, in another order, as it happens if
// acknowledgements are lost.
func TestDeliveredAgain(t *testing.T) {
	conn := serve(t)
	l := open(t, conn, Options{})
	set := compile(t, rules)
	w, _ := work(t, l, "v1", set)
	m := newMirror(set)
	d := seed(t)
	for range steps(t, 200) {
		publish(t, l, m, d.change())
	}
	wait(t, w)
	m.compare(t, w, "all changes")
	info, err := l.changes.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range d.Perm(int(info.State.LastSeq)) {
		raw, err := l.changes.GetMsg(t.Context(), uint64(i)+1)
		if err != nil {
			t.Fatal(err)
		}
		c, err := decodeChange(raw.Data, raw.Subject[len("ls.changes."):])
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.fitter.read(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		meta := &jetstream.MsgMetadata{Sequence: jetstream.SequencePair{Stream: raw.Sequence}, Timestamp: raw.Time, NumDelivered: 2}
		if r == nil {
			continue
		}
		if err := w.update(t.Context(), r, meta); err != nil {
			t.Fatal(err)
		}
	}
	m.compare(t, w, "all changes again")
}

package fetch

import (
	"errors"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// answer asks a query, which may have been sent. If it fails, parts of its keys are asked
// for, so that a key has an error only if it fails by itself. answer returns only what
// ends the whole batch.
func (l *loader) answer(n *plan.Need, have map[string]*Group, q *traverse.Query) error {
	source := l.source
	if l.sent != nil {
		source = l.sent
	}
	failed, err := l.ask(source, n, have, q)
	if err != nil || failed == nil {
		return err
	}
	l.unsend()
	d := division{loader: l, need: n, have: have}
	return d.run(part{q.Keys, failed})
}

// A part is some keys of a query that failed, with the error of the last query that
// asked for them.
type part struct {
	keys []string
	err  error
}

// A division finds out which keys of a failed query fail by themselves.
type division struct {
	loader   *loader
	need     *plan.Need
	have     map[string]*Group
	parts    []part // that are yet to be asked for
	answered bool   // some part was answered
}

// run asks for the halves of a failed query, for the halves of those that fail, and
// so on. If neither half is answered, the fault may be that of the source: then it
// asks for a single key of each quarter, and for no more if these fail, too. It
// returns only what ends the whole batch.
func (d *division) run(whole part) error {
	d.split(whole)
	for asked := 1; len(d.parts) > 0; asked++ {
		p := d.parts[0]
		d.parts = d.parts[1:]
		if err := d.ask(&p); err != nil {
			return err
		}
		switch {
		case p.err == nil:
		case divisible(p.err):
			d.split(p)
		default:
			d.fail(p)
			d.giveUp(p.err)
		}
		if asked == 2 && !d.answered {
			if err := d.sample(); err != nil {
				return err
			}
			if !d.answered {
				d.giveUp(nil)
			}
		}
	}
	return nil
}

// sample asks for the first key of each part.
func (d *division) sample() error {
	for i := range d.parts {
		keys := d.parts[i].keys
		p := part{keys: keys[:1]}
		if err := d.ask(&p); err != nil {
			return err
		}
		if p.err != nil {
			d.fail(p)
		}
		d.parts[i].keys = keys[1:]
	}
	d.parts = slices.DeleteFunc(d.parts, func(p part) bool { return len(p.keys) == 0 })
	return nil
}

// ask asks for the keys of a part, and sets its error.
func (d *division) ask(p *part) (err error) {
	a := d.loader.query(d.need, p.keys)
	p.err, err = d.loader.ask(d.loader.source, d.need, d.have, &a.query)
	d.answered = d.answered || p.err == nil
	return err
}

// split adds the halves of a part that failed. A single key has failed by itself.
func (d *division) split(p part) {
	half := len(p.keys) / 2
	if half == 0 || !divisible(p.err) {
		d.fail(p)
		return
	}
	d.parts = append(d.parts, part{p.keys[:half], p.err}, part{p.keys[half:], p.err})
}

// giveUp fails the parts that are left: with err, or with their own errors if it is
// nil.
func (d *division) giveUp(err error) {
	for _, p := range d.parts {
		if err != nil {
			p.err = err
		}
		d.fail(p)
	}
	d.parts = nil
}

// fail sets the error of the keys of a part.
func (d *division) fail(p part) {
	for _, k := range p.keys {
		d.loader.b.fail(d.have, k, p.err)
	}
}

// divisible reports whether a query that failed may be answered for fewer keys.
func divisible(err error) bool {
	_, breach := errors.AsType[*traverse.ContractError](err)
	return !breach && !errors.Is(err, traverse.ErrUnavailable)
}

package command

import (
	"cmp"
	"flag"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
)

// A selection is the flags of score that choose leads, models and results, and the
// order of these.
type selection struct {
	leads, models, grades, labels list
	ready                         *bool
	sort                          *string
	top                           *int
}

// A list is the value of a flag that may be given several times. It holds each value
// once.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

func (l *list) Set(value string) error {
	if !slices.Contains(*l, value) {
		*l = append(*l, value)
	}
	return nil
}

// list defines a flag that may be given several times.
func (inv *invocation) list(to *list, name, about string) {
	inv.flags.Var(to, name, about)
	inv.checks = append(inv.checks, func() error {
		if slices.Contains(*to, "") {
			return badUsage("--%s needs a value", name)
		}
		return nil
	})
}

// The values of --sort.
const (
	sortData  = "data"
	sortScore = "score"
	sortLead  = "lead"
)

// selectionFlags defines the flags of a selection.
func (inv *invocation) selectionFlags() *selection {
	s := &selection{}
	inv.list(&s.leads, "lead", "score only the lead with this `ID`; may be given several times")
	inv.list(&s.models, "model", "score only by the model called `NAME`; may be given several times")
	inv.list(&s.grades, "grade", "print only results with the grade called `NAME`; may be given several times")
	inv.list(&s.labels, "label", "print only results with the label `NAME`, which is made of grades of dimensions; may be given several times")
	s.ready = inv.flags.Bool("ready", false, "print only leads that are sales ready")
	s.sort = inv.choice("sort", sortData, "print results in the `ORDER` of the data, by score, the highest of each model first, or by lead. All orders but that of the data keep the results in memory", sortScore, sortLead)
	s.top = inv.flags.Int("top", 0, "print only the `N` leads with the highest scores of each model, sorted by score")
	inv.checks = append(inv.checks, func() error {
		given, sorted := false, false
		inv.flags.Visit(func(f *flag.Flag) {
			given = given || f.Name == "top"
			sorted = sorted || f.Name == "sort" && *s.sort != sortScore
		})
		switch {
		case given && *s.top < 1:
			return badUsage("--top must be 1 or more, not %d", *s.top)
		case given && sorted:
			return badUsage("--top sorts by score, and not by %s; leave out --sort", *s.sort)
		case given:
			*s.sort = sortScore
		}
		return nil
	})
	return s
}

// of returns the models of a set that are selected, as a set. It fails if there is
// no such model, or if none of them has a grade or label that is selected.
func (s *selection) of(set *leadscore.Set) (*leadscore.Set, error) {
	models := set.Models()
	for _, name := range s.models {
		names := func(yield func(string) bool) {
			for _, m := range models {
				if !yield(m.Name()) {
					return
				}
			}
		}
		if err := among("model", name, names); err != nil {
			return nil, err
		}
	}
	if len(s.models) > 0 {
		models = slices.DeleteFunc(models, func(m *leadscore.Model) bool { return !slices.Contains(s.models, m.Name()) })
	}
	for _, name := range s.grades {
		if err := gradeAmong(name, models); err != nil {
			return nil, err
		}
	}
	for _, name := range s.labels {
		if err := labelAmong(name, models); err != nil {
			return nil, err
		}
	}
	switch {
	case len(s.models) == 0:
		return set, nil
	case set.Chooses():
		return set, nil // a model scores the leads for which it is chosen; the printer leaves out the others
	}
	return leadscore.NewSet(models...)
}

// gradeAmong fails if none of the models has a grade. That of a dimension is none.
func gradeAmong(name string, models []*leadscore.Model) error {
	dimension := ""
	err := among("grade", name, func(yield func(string) bool) {
		for _, m := range models {
			for band := range m.Grades().Bands() {
				if !yield(band.Name) {
					return
				}
			}
		}
	})
	if err == nil {
		return nil
	}
	for _, m := range models {
		for _, d := range m.Checked().Label {
			for band := range d.Grades.Bands() {
				if dimension == "" && band.Name == name {
					dimension = d.Name
				}
			}
		}
	}
	if dimension != "" {
		return badUsage("--grade: %s is a grade of the dimension %s, and not of a model; --label selects by the grades of dimensions", shown.Quote(name), shown.Quote(dimension))
	}
	return err
}

// labelAmong fails if no lead can have a label by any of the models.
func labelAmong(name string, models []*leadscore.Model) error {
	if slices.ContainsFunc(models, func(m *leadscore.Model) bool { return m.Checked().HasLabel(name) }) {
		return nil
	}
	return among("label", name, func(yield func(string) bool) {
		for _, m := range models {
			for _, label := range m.Checked().Labels() {
				if !yield(label) {
					return
				}
			}
		}
	})
}

// hasLabel reports whether a result has one of some labels.
func hasLabel(r *leadscore.Result, labels []string) bool {
	label, ok := r.Label()
	return ok && slices.Contains(labels, label)
}

// among fails if names do not include name, which is the value of a flag.
func among(flag, name string, names iter.Seq[string]) error {
	for known := range names {
		if known == name {
			return nil
		}
	}
	return badUsage("--%s: there is no %s %s%s", flag, flag, shown.Quote(name), nearest.Hint(nearest.Name(name, names)))
}

// ids returns the leads to score, of those that the data has.
func (s *selection) ids(all iter.Seq2[string, error]) iter.Seq2[string, error] {
	if len(s.leads) == 0 {
		return all
	}
	return leadscore.IDs(s.leads...)
}

// shows reports whether a result is to be printed. A lead that could not be scored
// always is, as it might have been one to print.
func (s *selection) shows(o *outcome) bool {
	scored := o.Status == leadscore.Scored
	switch {
	case o.failed != nil:
		return true
	case len(s.models) > 0 && !slices.Contains(s.models, o.Model):
		return false // of a set that chooses models
	case *s.ready && !(scored && o.SalesReady):
		return false
	case len(s.grades) > 0 && !(scored && slices.Contains(s.grades, o.Grade)):
		return false
	case len(s.labels) > 0 && !hasLabel(&o.Result, s.labels):
		return false
	}
	return *s.top == 0 || scored
}

// printer returns a printer that prints on p what s selects, in its order.
func (s *selection) printer(p printer, models []*leadscore.Model) printer {
	chosen := &choosingPrinter{printer: p, selection: s}
	if *s.sort == sortData {
		return chosen
	}
	sorted := &sortingPrinter{printer: p, order: s.compare, top: *s.top, models: map[string]int{}}
	for i, m := range models {
		sorted.models[m.Name()] = i
	}
	sorted.results = make([][]outcome, len(models)+1)
	chosen.printer = sorted
	if *s.sort == sortLead {
		sorted.models = nil // all in one list
	}
	return chosen
}

// compare orders results of a model by score, highest first, with those that have
// none last; or results of all models by lead.
func (s *selection) compare(a, b outcome) int {
	if *s.sort == sortLead {
		return cmp.Compare(a.Lead, b.Lead)
	}
	if x, y := a.Status == leadscore.Scored, b.Status == leadscore.Scored; !x || !y {
		return cmp.Compare(rank(x), rank(y))
	}
	return cmp.Compare(b.Score, a.Score)
}

func rank(scored bool) int {
	if scored {
		return 0
	}
	return 1
}

// A choosingPrinter prints the outcomes that a selection shows.
type choosingPrinter struct {
	printer
	selection *selection
}

func (p *choosingPrinter) print(o outcome) error {
	if !p.selection.shows(&o) {
		return nil
	}
	return p.printer.print(o)
}

// A sortingPrinter keeps outcomes and prints them at the end, in order; equal ones in
// the order in which they came.
type sortingPrinter struct {
	printer
	order   func(a, b outcome) int
	top     int            // how many of each model to keep; 0 for all
	models  map[string]int // the list of each model; others have the last one
	results [][]outcome
}

func (p *sortingPrinter) print(o outcome) error {
	i, ok := p.models[o.Model]
	if !ok || o.failed != nil {
		i = len(p.results) - 1
	}
	p.results[i] = append(p.results[i], o)
	// Do not keep much more than is asked for.
	if n := len(p.results[i]); p.top > 0 && n >= 1000 && n/2 >= p.top {
		p.cut(i)
	}
	return nil
}

// cut sorts a list and drops what is behind the top.
func (p *sortingPrinter) cut(i int) {
	slices.SortStableFunc(p.results[i], p.order)
	if n := p.top; n > 0 && i < len(p.results)-1 && len(p.results[i]) > n {
		clear(p.results[i][n:])
		p.results[i] = p.results[i][:n]
	}
}

func (p *sortingPrinter) end() error {
	for i := range p.results {
		p.cut(i)
		for _, o := range p.results[i] {
			if err := p.printer.print(o); err != nil {
				return err
			}
		}
	}
	return p.printer.end()
}

package pushdown

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A Statement is a set of models as one SQL statement. Its result has one row for each lead and
// model: see [Row]. It is immutable and safe for concurrent use.
//
// The columns are lead, model, status, score, grade, sales_ready and label, and then for the
// most dimensions that a model has dimension1, grade1, dimension2, grade2 and so on. score and
// the scores of dimensions are null for a lead that is not scored, and grades and the label are
// the empty text where there are none. With [Explain] the last column is explanation.
type Statement struct {
	text       string
	parameters []string // their names, in the order of the arguments
	dimensions int
	models     map[string]*lowered
	lowering   *lowering
	list       []*lowered
	parts      []*part
	forLeads   bool
}

// An Option changes a statement. [ForLeads] and [Explain] return one. The zero Option changes nothing.
type Option struct{ kind optionKind }

type optionKind uint8

const (
	optionForLeads optionKind = iota + 1
	optionExplain
)

// ForLeads makes a statement that has only the rows of leads whose ids are given with the
// arguments. The database may read the tables as a whole all the same: to score a few leads out
// of many, use package source/sqldb.
func ForLeads() Option { return Option{optionForLeads} }

// New lowers the models of a set to one statement in a dialect. The rules are those of the set,
// so the statement has to be made again when they change, and the tables are where mapping says.
//
// If the set, or a part of it, cannot be lowered so that scores are those of the engine, the
// error is [Refusals] with all that stands in the way.
func New(set *leadscore.Set, dialect *Dialect, mapping Mapping, opts ...Option) (*Statement, error) {
	if err := lowerable(set, dialect); err != nil {
		return nil, err
	}
	l := newLowering(dialect, &mapping, set.Schema())
	l.choice = choosingOf(set)
	s := &Statement{models: map[string]*lowered{}, lowering: l}
	for _, o := range opts {
		s.forLeads = s.forLeads || o.kind == optionForLeads
		l.explains = l.explains || o.kind == optionExplain
	}
	stopped := set.Stopped()
	var refusals Refusals
	for _, m := range set.Models() {
		low, refused := l.model(m.Checked(), slices.Contains(stopped, m.Name()))
		if refusals = append(refusals, refused...); low == nil {
			continue
		}
		low.of = m
		s.list = append(s.list, low)
		s.models[low.name] = low
		s.dimensions = max(s.dimensions, len(low.dimensions))
	}
	if refusals != nil {
		return nil, refusals
	}
	if s.parts, refusals = l.parts(s.list); refusals != nil {
		return nil, refusals
	}
	if r := l.tooLarge(s.parts); r != nil {
		return nil, r
	}
	var err error
	if s.text, s.parameters, err = l.written(s.write); err != nil {
		return nil, err
	}
	return s, nil
}

// written returns a statement with its parameters, or none if the dialect has no parameters.
func (l *lowering) written(write func(w *writer) string) (text string, parameters []string, err error) {
	d := l.d
	w := &writer{lowering: l, numbers: map[string]int{}}
	if d.Parameter == nil {
		w.at = newInstant(time.Unix(0, 0))
		w.at.since = w.at.asOf
	}
	if r := try(func() { text = write(w) }); r != nil {
		return "", nil, Refusals{{Reason: r.reason, Remedy: r.remedy}}
	}
	switch {
	case d.MaxText > 0 && len(text) > d.MaxText:
		return "", nil, Refusals{{Reason: fmt.Sprintf("the statement has %d bytes, and %s takes %d", len(text), d.Name, d.MaxText), Remedy: remedyFewer}}
	case d.Parameter == nil:
		return "", nil, nil
	case len(w.names) > d.MaxParameters:
		return "", nil, Refusals{{Reason: fmt.Sprintf("the statement has %d parameters, and %s takes %d", len(w.names), d.Name, d.MaxParameters), Remedy: "split the set"}}
	}
	return text, w.names, nil
}

// parametric returns an error if the dialect has no parameters.
func (l *lowering) parametric() error {
	if l.d.Parameter == nil {
		return fmt.Errorf("%s has no parameters: use Literal", l.d.Name)
	}
	return nil
}

// fits returns an error for a statement with arguments in place of parameters that is too long.
func (l *lowering) fits(text string) error {
	if l.d.MaxText > 0 && len(text) > l.d.MaxText {
		return fmt.Errorf("the statement has %d bytes, and %s takes %d", len(text), l.d.Name, l.d.MaxText)
	}
	return nil
}

// lowerable returns an error for what cannot be lowered as a set.
func lowerable(set *leadscore.Set, dialect *Dialect) error {
	switch {
	case set == nil || len(set.Models()) == 0:
		return errors.New("pushdown: the set has no models")
	case dialect == nil:
		return errors.New("pushdown: the dialect is nil")
	case set.Schema() == nil:
		return Refusals{{Reason: "the models of the set have different schemas", Remedy: "make a statement for each of them"}}
	}
	return nil
}

const remedyFewer = "make a statement for fewer models, or shorten paths"

// tooLarge refuses a statement that has more of something than the database takes.
func (l *lowering) tooLarge(parts []*part) Refusals {
	tables, known := 0, map[*relation]int{}
	var roots []*relation
	for _, p := range parts {
		tables += len(p.steps)
		for _, r := range p.pieces {
			tables += 1 + r.tables(known)
		}
		roots = append(roots, p.pieces...)
	}
	if l.d.MaxTables > 0 && tables > l.d.MaxTables {
		reason := fmt.Sprintf("the statement reads %d tables, counting each as often as it is read, and %s takes %d", tables, l.d.Name, l.d.MaxTables)
		return Refusals{{Reason: reason, Remedy: remedyFewer}}
	}
	for _, r := range order(roots) {
		if len(r.sources) > l.d.MaxJoins || len(r.columns) >= l.d.MaxColumns {
			reason := fmt.Sprintf("a SELECT of the statement joins %d tables and has %d columns, and %s takes %d and %d",
				len(r.sources), len(r.columns)+1, l.d.Name, l.d.MaxJoins, l.d.MaxColumns)
			return Refusals{{Reason: reason, Remedy: remedyFewer}}
		}
	}
	return nil
}

// Text returns the statement with parameters. It is the same whatever as of is. It is "" for a
// dialect without parameters.
func (s *Statement) Text() string { return s.text }

// Columns returns the names of the columns of the result.
func (s *Statement) Columns() []string {
	list := []string{columnLead, columnModel, columnStatus, columnScore, columnGrade, columnReady, columnLabel}
	for i := range s.dimensions {
		list = append(list, fmt.Sprintf("dimension%d", i+1), fmt.Sprintf("grade%d", i+1))
	}
	if s.lowering.explains {
		list = append(list, columnExplanation)
	}
	return list
}

// Args returns the arguments of the statement as of an instant, which is truncated to
// microseconds. leads are those of a statement with [ForLeads]. Args fails if there are leads
// for another statement, or if the year of as of is not between 0 and 9999.
func (s *Statement) Args(asOf time.Time, leads ...string) ([]any, error) {
	args, err := s.args(asOf, leads)
	if err != nil {
		return nil, fmt.Errorf("pushdown: %w", err)
	}
	return args, nil
}

func (s *Statement) args(asOf time.Time, leads []string) ([]any, error) {
	if err := s.lowering.parametric(); err != nil {
		return nil, err
	}
	if err := s.check(asOf, leads); err != nil {
		return nil, err
	}
	return s.lowering.arguments(s.parameters, newInstant(asOf), leads), nil
}

// arguments returns the arguments for parameters.
func (l *lowering) arguments(parameters []string, at *instant, leads []string) []any {
	args := make([]any, len(parameters))
	for i, name := range parameters {
		if name == leadsParameter {
			args[i] = l.d.Leads(leads)
			continue
		}
		p := l.parameters[name]
		args[i] = l.d.Argument(p.typ, p.value(at))
	}
	return args
}

func (s *Statement) check(asOf time.Time, leads []string) error {
	if err := s.lowering.valid(asOf); err != nil {
		return err
	}
	if len(leads) > 0 && !s.forLeads {
		return errors.New("the statement is for all leads: make it with ForLeads")
	}
	return nil
}

// valid returns an error for an instant that no arguments are worked out for.
func (l *lowering) valid(asOf time.Time) error {
	if year := asOf.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("as of year %d: years go from 0 to 9999", year)
	} else if l.lasting && year > lastOffset {
		return fmt.Errorf("as of year %d: the statement has changes of clocks up to the year %d", year, lastOffset)
	}
	return nil
}

// newInstant returns what arguments are worked out for.
func newInstant(asOf time.Time) *instant {
	asOf = time.UnixMicro(asOf.UnixMicro()).UTC()
	return &instant{asOf: asOf, since: asOf, edges: map[string][]int64{}}
}

// Literal returns the statement without parameters, as of an instant, for a view or another
// statement. It fails as [Statement.Args] does, or if the database has no text like the id of a
// lead.
func (s *Statement) Literal(asOf time.Time, leads ...string) (string, error) {
	text, err := s.literal(asOf, leads)
	if err != nil {
		return "", fmt.Errorf("pushdown: %w", err)
	}
	return text, nil
}

func (s *Statement) literal(asOf time.Time, leads []string) (string, error) {
	if err := s.check(asOf, leads); err != nil {
		return "", err
	}
	d := s.lowering.d
	w := &writer{lowering: s.lowering, at: newInstant(asOf)}
	if s.forLeads {
		list, ok := d.LeadList(leads)
		if !ok {
			return "", fmt.Errorf("the ids %q have no form in %s", leads, d.Name)
		}
		w.leads = list
	}
	text := s.write(w)
	return text, s.lowering.fits(text)
}

// leadsParameter is the name of the parameter with the ids of leads.
const leadsParameter = "leads"

// A writer writes a statement.
type writer struct {
	*lowering
	scalar  scalar.Dialect
	names   []string // of the parameters, in the order in which they are written
	numbers map[string]int
	at      *instant // if set, arguments stand in place of parameters
	leads   string   // and this list of leads

	count int               // of names, in a nested statement
	scope map[string]string // what begins the names of columns, by the alias of their source
}

// write returns the text of the statement.
func (s *Statement) write(w *writer) string {
	w.scalar = w.dialect()
	var roots []*relation
	for _, p := range s.parts {
		for _, r := range p.pieces {
			if !slices.Contains(roots, r) {
				roots = append(roots, r)
			}
		}
	}
	var b strings.Builder
	b.WriteString(w.with(roots))
	for i, p := range s.parts {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		if i > 0 {
			b.WriteString("UNION ALL ")
		}
		b.WriteString(s.rowsOf(w, p))
	}
	return b.String()
}

// with returns the WITH of relations and of those that they read, or "".
func (w *writer) with(roots []*relation) string {
	if w.d.nested {
		return ""
	}
	var b strings.Builder
	for i, r := range order(roots) {
		word := ",\n"
		if i == 0 {
			word = "WITH "
		}
		fmt.Fprintf(&b, "%s%s AS (\n%s)", word, w.d.Quote(r.name), w.sql(r))
	}
	return b.String()
}

func (w *writer) nullNumber() string {
	if w.d.Narrow != nil {
		return w.d.Narrow("NULL")
	}
	return "NULL"
}

func (w *writer) text(s string) string {
	text, ok := w.d.Text(s)
	if !ok {
		refuse(fmt.Sprintf("%s has no text such as %q", w.d.Name, s), "give the model, grade or label another name")
	}
	return text
}

func (w *writer) expr(e *scalar.Expr) string {
	if w.d.nested {
		e = w.Definite(e)
	}
	return scalar.Render(&w.scalar, e)
}

// condition returns a truth as a condition, where null is false.
func (w *writer) condition(e *scalar.Expr) string {
	if w.d.nested {
		e = w.DefinitelyTrue(e)
	}
	return scalar.Render(&w.scalar, e)
}

// dialect returns how expressions are written.
func (w *writer) dialect() scalar.Dialect {
	d := w.d
	out := scalar.Dialect{
		Text: w.text, Truth: d.Truth, Whole: d.Whole, Call: w.call,
		Param: func(e *scalar.Expr) string { return w.parameter(e.Name()) },
		Ref: func(name string) string {
			if table, column, ok := strings.Cut(name, "."); ok && d.nested {
				return d.Quote(w.scope[table] + column)
			} else if ok {
				return d.Quote(table) + "." + d.Quote(column)
			}
			return d.Quote(name)
		},
		Wide: d.Wide, Narrow: d.Narrow, Guard: d.Guard, Least: d.Least, Greatest: d.Greatest, Quo: d.Quo, Rem: d.Rem, Concat: d.Concat,
	}
	if d.nested {
		own := scalar.ClickHouse()
		out.Typed, out.Null, out.Product = true, own.Null, own.Product
	}
	return out
}

// parameter returns what stands for a parameter.
func (w *writer) parameter(name string) string {
	if w.at != nil {
		if name == leadsParameter {
			return w.leads
		}
		p := w.parameters[name]
		return w.constant(p.typ, p.value(w.at))
	}
	n, ok := w.numbers[name]
	if !ok {
		w.names = append(w.names, name)
		n = len(w.names)
		w.numbers[name] = n
	}
	typ := LeadsArgument
	if name != leadsParameter {
		typ = w.parameters[name].typ
	}
	return w.d.Parameter(n, typ)
}

func (w *writer) constant(t ArgumentType, n int64) string {
	switch t {
	case InstantArgument:
		return w.d.Instant(n)
	case DayArgument:
		return w.d.Day(n)
	case TruthArgument:
		return w.d.Truth(n != 0)
	}
	if digits := fmt.Sprint(n); w.d.Whole != nil {
		return w.d.Whole(digits)
	} else if n < 0 {
		return "(" + digits + ")"
	} else {
		return digits
	}
}

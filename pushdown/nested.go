package pushdown

import (
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// A dialect that is nested has no WITH, and a SELECT joins two tables at most: a relation is
// written out wherever it is read. Names of columns are those of the whole statement, as a name
// that a SELECT gives is known in all of it: also where it hides a column.

// ownName matches the names that nested statements give to columns of tables and relations.
var ownName = regexp.MustCompile(`^[akb]\d+(_|$)`)

// clashes refuses a column of a table that has a name like those of a nested statement.
func (l *lowering) clashes(entity string, c Column) {
	if l.d.nested && ownName.MatchString(c.Name) {
		refuse(fmt.Sprintf("%s: the name of the column %s is one that statements for %s give themselves", entity, c.Name, l.d.Name), "map it to a view that gives it another name")
	}
}

// A nestedSelect is a SELECT in parts.
type nestedSelect struct {
	columns []nestedColumn
	rest    string // from FROM on
}

// A nestedColumn is a column of a SELECT, in SQL, and its name.
type nestedColumn struct{ text, name string }

func (w *writer) nested(s nestedSelect) string {
	if len(s.columns) == 0 {
		s.columns = []nestedColumn{{"1", "one"}}
	}
	list := make([]string, len(s.columns))
	for i, c := range s.columns {
		list[i] = c.text
		if name := w.d.Quote(c.name); name != c.text {
			list[i] += " AS " + name
		}
	}
	return "SELECT " + strings.Join(list, ",\n  ") + s.rest
}

// fresh returns the number of a new name.
func (w *writer) fresh() int {
	w.count++
	return w.count
}

func (w *writer) as(text, name string) string { return text + " AS " + w.d.Quote(name) }

// A wanted is which columns of a relation a SELECT reads, by name.
type wanted func(name string) bool

// nestedRelation returns a relation as SELECTs of which all rows are those of the relation, with
// prefix before the names of columns, and more columns. wide says that a column has more than 64
// bits where it is the same column of another relation.
func (w *writer) nestedRelation(r *relation, prefix string, want wanted, more []nestedColumn, wide map[string]bool) []nestedSelect {
	if r.union != nil {
		wide = map[string]bool{}
		for _, u := range r.union {
			for _, c := range u.columns {
				wide[c.name] = wide[c.name] || c.wide()
			}
		}
		var list []nestedSelect
		for _, u := range r.union {
			list = append(list, w.nestedRelation(u, prefix, want, more, wide)...)
		}
		return list
	}
	outer := w.scope
	defer func() { w.scope = outer }()
	w.scope = map[string]string{}
	for _, s := range r.sources {
		w.scope[s.alias] = fmt.Sprintf("a%d_", w.fresh())
	}
	from := w.nestedFrom(r)
	out := nestedSelect{rest: from}
	if i := slices.IndexFunc(r.columns, func(c output) bool { return c.window != nil }); i >= 0 {
		return []nestedSelect{w.nestedWindow(r, r.columns[i], from, prefix, want, more)}
	}
	if r.key != nil && want(r.keyNamed()) {
		out.columns = append(out.columns, nestedColumn{w.expr(r.key), prefix + r.keyNamed()})
	}
	for _, c := range r.columns {
		if want(c.name) {
			text := w.output(c)
			if _, constant := c.expr.Constant(); constant || c.expr.Op() == scalar.Param {
				text = "materialize(" + text + ")" // or SELECTs of a UNION do not fit
			}
			if wide[c.name] && !c.wide() {
				text = w.d.Wide(text)
			}
			out.columns = append(out.columns, nestedColumn{text, prefix + c.name})
		}
	}
	out.columns = append(out.columns, more...)
	if r.grouped {
		out.rest += "\nGROUP BY " + strings.Join(w.groups(r), ", ")
	}
	return []nestedSelect{out}
}

// wide reports whether a column has more than 64 bits.
func (c *output) wide() bool {
	return c.window == nil && c.expr.Kind() == scalar.Whole && c.measure != counts && (c.measure == sums || !c.expr.Range().Fits())
}

func (w *writer) nestedUnion(list []nestedSelect) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = w.nested(s)
	}
	return strings.Join(texts, "\nUNION ALL ")
}

// nestedFrom returns the FROM and the WHERE of a relation: each source is joined to a SELECT of
// those before.
func (w *writer) nestedFrom(r *relation) string {
	used := map[string][]string{} // by alias, in the order of use
	note := func(e *scalar.Expr) { w.references(e, used) }
	if r.key != nil {
		note(r.key)
	}
	for _, c := range r.columns {
		for _, e := range c.expressions() {
			note(e)
		}
	}
	var conditions []string
	for _, e := range r.where {
		note(e)
		if is, ok := e.Constant(); !ok || !is.Truth {
			conditions = append(conditions, "("+w.condition(e)+")")
		}
	}
	for _, s := range r.sources[1:] {
		mine, theirs := s.keys()
		if note(mine); s.leaf != nil {
			note(theirs)
		}
	}
	left := w.nestedSource(r, 0, used, nil)
	rest := ""
	have := []*source{r.sources[0]}
	joins := r.nestedJoins(used)
	for i, j := range joins {
		key := fmt.Sprintf("k%d", w.fresh())
		for n := range left {
			left[n].columns = append(left[n].columns, nestedColumn{"toNullable(" + w.expr(j.mine) + ")", key})
		}
		how := "LEFT"
		if j.inner {
			how = "INNER"
		}
		rest = "\nFROM (" + w.nestedUnion(left) + ")\nALL " + how + " JOIN (" + w.nestedJoined(r, j, used, key) + ") USING (" + w.d.Quote(key) + ")"
		for _, n := range j.sources {
			have = append(have, r.sources[n])
		}
		if i+1 < len(joins) {
			left = []nestedSelect{{rest: rest}}
			for _, s := range have {
				for _, name := range used[s.alias] {
					name = w.scope[s.alias] + name
					left[0].columns = append(left[0].columns, nestedColumn{w.d.Quote(name), name})
				}
			}
		}
	}
	if rest == "" {
		rest = "\nFROM (" + w.nestedUnion(left) + ")"
	}
	if len(conditions) > 0 {
		rest += "\nWHERE " + strings.Join(conditions, " AND ")
	}
	return rest
}

// A nestedJoin is some sources of a relation that are joined by the same key.
type nestedJoin struct {
	sources []int
	mine    *scalar.Expr   // the key in sources before
	theirs  []*scalar.Expr // in each of the sources
	inner   bool
}

// keys returns the two sides of what a source is joined by.
func (s *source) keys() (mine, theirs *scalar.Expr) {
	mine, theirs = s.on.Args()[0], s.on.Args()[1]
	if !reads(theirs, s.alias) {
		mine, theirs = theirs, mine
	}
	return mine, theirs
}

// nestedJoins returns how the sources of a relation are joined. Relations with numbers for the
// same key are one join, as each takes ClickHouse as long as all before.
func (r *relation) nestedJoins(used map[string][]string) []*nestedJoin {
	var list []*nestedJoin
	numbers := map[*scalar.Expr]*nestedJoin{}
	for i, s := range r.sources[1:] {
		mine, theirs := s.keys()
		j := numbers[mine]
		if j == nil || s.inner || !s.numbers(used[s.alias]) {
			j = &nestedJoin{mine: mine, inner: s.inner}
			list = append(list, j)
			if !s.inner && s.numbers(used[s.alias]) {
				numbers[mine] = j
			}
		}
		j.sources, j.theirs = append(j.sources, i+1), append(j.theirs, theirs)
	}
	return list
}

// numbers reports whether the source is a relation of which numbers alone are used.
func (s *source) numbers(used []string) bool {
	if s.rel == nil || s.rel.union != nil {
		return false
	}
	return !slices.ContainsFunc(used, func(name string) bool {
		return !slices.ContainsFunc(s.rel.columns, func(c output) bool {
			return c.name == name && c.window == nil && c.expr.Kind() == scalar.Whole
		})
	})
}

// nestedJoined returns what is joined by a key: a source with the key, or the numbers of several
// for each key.
func (w *writer) nestedJoined(r *relation, j *nestedJoin, used map[string][]string, key string) string {
	if len(j.sources) == 1 {
		return w.nestedUnion(w.nestedSource(r, j.sources[0], used, []nestedColumn{{"toNullable(" + w.expr(j.theirs[0]) + ")", key}}))
	}
	part := fmt.Sprintf("k%d", w.fresh())
	columns := []nestedColumn{{w.d.Quote(part), key}}
	shape := []nestedColumn{{"", part}} // of each part, with zeros
	at := map[int]int{}                 // where the numbers of a source begin
	for _, i := range j.sources {
		s := r.sources[i]
		at[i] = len(shape)
		for _, c := range s.rel.columns {
			if !slices.Contains(used[s.alias], c.name) {
				continue
			}
			zero, total := w.d.Whole("0"), "sum"
			switch {
			case c.measure != counts && c.measure != sums && c.expr.Nullable():
				zero, total = w.d.Narrow("NULL"), "max"
			case c.wide():
				zero = w.d.Wide("0")
			}
			name := fmt.Sprintf("b%d", w.fresh())
			shape = append(shape, nestedColumn{"materialize(" + zero + ")", name})
			columns = append(columns, nestedColumn{total + "(" + w.d.Quote(name) + ")", w.scope[s.alias] + c.name})
		}
	}
	var parts []nestedSelect
	for k, i := range j.sources {
		prefix, of := w.scope[r.sources[i].alias], r.sources[i].rel
		for _, one := range w.nestedSource(r, i, used, nil) {
			// The key, and the columns in their order.
			list := slices.Clone(shape)
			list[0].text = "toNullable(" + strings.ReplaceAll(w.expr(j.theirs[k]), w.d.Quote(prefix+of.keyNamed()), one.columns[0].text) + ")"
			for n, c := range one.columns[1:] {
				list[at[i]+n].text = c.text
			}
			parts = append(parts, nestedSelect{list, one.rest})
		}
	}
	return w.nested(nestedSelect{columns, "\nFROM (" + w.nestedUnion(parts) + ")\nGROUP BY " + w.d.Quote(part)})
}

// materialized returns a column of a table. It is no constant.
func (w *writer) materialized(l *leaf, c leafColumn) string {
	text := w.leafColumn(l.entity, c)
	if w.d.Null != nil && text == w.d.Null(c.field.Type) {
		return "materialize(" + text + ")"
	}
	return text
}

// expressions returns what a column is made of.
func (c *output) expressions() []*scalar.Expr {
	if c.window == nil {
		return []*scalar.Expr{c.expr}
	}
	return append([]*scalar.Expr{c.window.sum, c.window.order}, c.window.by...)
}

// references adds the columns that an expression reads, by their alias.
func (w *writer) references(e *scalar.Expr, used map[string][]string) {
	if alias, name, ok := strings.Cut(e.Name(), "."); ok && e.Op() == scalar.Ref && !slices.Contains(used[alias], name) {
		used[alias] = append(used[alias], name)
	}
	for _, a := range e.Args() {
		w.references(a, used)
	}
}

// reads reports whether an expression reads a source.
func reads(e *scalar.Expr, alias string) bool {
	if e.Op() == scalar.Ref && strings.HasPrefix(e.Name(), alias+".") {
		return true
	}
	return slices.ContainsFunc(e.Args(), func(a *scalar.Expr) bool { return reads(a, alias) })
}

// nestedSource returns a source of r with the columns that are used, and more.
func (w *writer) nestedSource(r *relation, i int, used map[string][]string, more []nestedColumn) []nestedSelect {
	s := r.sources[i]
	prefix := w.scope[s.alias]
	if s.rel != nil {
		want := func(name string) bool {
			return slices.Contains(used[s.alias], name) || i > 0 && name == s.rel.keyNamed()
		}
		return w.nestedRelation(s.rel, prefix, want, more, nil)
	}
	var bounds []*scalar.Expr
	if i == 0 {
		bounds = w.since(r)
	}
	var out nestedSelect
	for _, c := range s.leaf.columns {
		if slices.Contains(used[s.alias], c.name) {
			out.columns = append(out.columns, nestedColumn{"toNullable(" + w.materialized(s.leaf, c) + ")", prefix + c.name})
		}
	}
	out.columns = append(out.columns, more...)
	out.rest = w.leafFrom(s.leaf, bounds)
	return []nestedSelect{out}
}

// nestedWindow returns a relation with a sum over other rows, by arrays of the rows that have the
// same of what the window says: in order, with a running sum. It has no row but the one with the
// greatest sum if the sum is one of rows that are close to each other, of which others read no
// other.
func (w *writer) nestedWindow(r *relation, c output, from, prefix string, want wanted, more []nestedColumn) nestedSelect {
	v := c.window
	names := map[*scalar.Expr]string{}
	inner := nestedSelect{}
	for _, e := range v.by {
		name := fmt.Sprintf("b%d", w.fresh())
		names[e] = w.d.Quote(name)
		inner.columns = append(inner.columns, nestedColumn{w.expr(e), name})
	}
	out := nestedSelect{}
	add := func(text, name string) {
		if want(name) {
			out.columns = append(out.columns, nestedColumn{text, prefix + name})
		}
	}
	row := []string{w.expr(v.order), w.few(v.sum)}
	rows, total := fmt.Sprintf("b%d", w.fresh()), fmt.Sprintf("b%d", w.fresh())
	one := w.d.Quote(fmt.Sprintf("b%d", w.fresh()))
	value := func(e *scalar.Expr) string {
		if name, ok := names[e]; ok {
			return name
		}
		row = append(row, w.expr(e))
		return fmt.Sprintf("tupleElement(%s, %d)", one, len(row))
	}
	add(value(r.key), r.keyNamed())
	for _, o := range r.columns {
		if o.window == nil && want(o.name) {
			if o.expr == v.sum { // arrays of numbers of more than 64 bits crash ClickHouse 18.16
				text := "tupleElement(" + one + ", 2)"
				if o.wide() {
					text = w.d.Wide(text)
				}
				add(text, o.name)
				continue
			}
			add(value(o.expr), o.name)
		}
	}
	add(w.d.Quote(total), c.name)
	out.columns = append(out.columns, more...)
	by := make([]string, len(v.by))
	for i, e := range v.by {
		by[i] = w.expr(e)
	}
	group := from + "\nGROUP BY " + strings.Join(by, ", ")
	if !v.newest {
		at := "ifNull(" + row[0] + ", 0)"
		end := fmt.Sprintf("(%s, %s)", at, row[1])
		begin := fmt.Sprintf("(%s + %d, -%s)", at, v.back+1, row[1])
		inner.columns = append(inner.columns, nestedColumn{
			"arrayReduce('max', arrayCumSum(arrayMap(x -> tupleElement(x, 2), arraySort(arrayConcat(groupArray(" + end + "), groupArray(" + begin + "))))))", total})
		inner.rest = group
		out.rest = "\nFROM (" + w.nested(inner) + ")"
		return out
	}
	inner.columns = append(inner.columns, nestedColumn{"arraySort(x -> -tupleElement(x, 1), groupArray((" + strings.Join(row, ", ") + ")))", rows})
	inner.rest = group
	rows = w.d.Quote(rows)
	out.rest = "\nFROM (" + w.nested(inner) + ")\nARRAY JOIN " + rows + " AS " + one + ", arrayCumSum(arrayMap(x -> tupleElement(x, 2), " + rows + ")) AS " + w.d.Quote(total)
	return out
}

// few returns a number of occurrences that are alike, or fails if there are more than some
// trillions, whose sums 64 bits might not hold.
func (w *writer) few(n *scalar.Expr) string {
	text := w.expr(n)
	if !n.Range().Fits() {
		text = w.d.Narrow(text)
	}
	return "(" + text + " + throwIf(" + text + " > 4398046511104))"
}

// nestedPieces returns the FROM of the relations of leads, of which expressions are worked out.
func (w *writer) nestedPieces(pieces []*relation, of []*scalar.Expr) string {
	used := map[string]bool{baseLead: true}
	for _, e := range of {
		names(e, used)
	}
	name := fmt.Sprintf("k%d", w.fresh())
	key := w.d.Quote(name)
	columns := func(r *relation) []string {
		list := []string{r.keyName}
		for _, c := range r.columns {
			if used[c.name] {
				list = append(list, c.name)
			}
		}
		return list
	}
	piece := func(r *relation) string {
		list := columns(r)
		more := []nestedColumn{{"toNullable(" + w.d.Quote(r.keyName) + ")", name}}
		return "(" + w.nestedUnion(w.nestedRelation(r, "", func(name string) bool { return slices.Contains(list, name) }, more, nil)) + ")"
	}
	have := []string{key}
	from := ""
	for i, r := range pieces {
		for _, name := range columns(r)[1:] {
			have = append(have, w.d.Quote(name))
		}
		switch i {
		case 0:
			from = piece(r)
		case 1:
			from += "\nALL INNER JOIN " + piece(r) + " USING (" + key + ")"
		default:
			before := have[:len(have)-len(columns(r))+1]
			from = "(SELECT " + strings.Join(before, ", ") + "\nFROM " + from + ")\nALL INNER JOIN " + piece(r) + " USING (" + key + ")"
		}
	}
	return from
}

// arrayed makes rows of one row by arrays.
func (w *writer) arrayed(from string, columns []string, rows [][]string) string {
	q := w.d.Quote
	selects, arrays := []string{q(columnLead)}, []string{}
	for j, c := range columns {
		list := make([]string, len(rows))
		for i, r := range rows {
			list[i] = r[j]
		}
		if len(slices.Compact(slices.Clone(list))) == 1 {
			selects = append(selects, w.as(list[0], c))
			continue
		}
		selects = append(selects, q(c))
		arrays = append(arrays, w.as("["+strings.Join(list, ", ")+"]", c))
	}
	text := "SELECT " + strings.Join(selects, ", ") + "\nFROM " + from
	if len(arrays) > 0 {
		text += "\nARRAY JOIN " + strings.Join(arrays, ",\n  ")
	}
	return text
}

// nestedClock returns the seconds by which the time of a zone is ahead at an instant, by a search
// in arrays: an expression with a CASE for each change takes ClickHouse long.
func nestedClock(at string, list []clock) string {
	levels := bits.Len(uint(len(list) - 1))
	whole := func(n int, of func(i int) int64) string {
		digits := make([]string, n)
		for i := range digits {
			digits[i] = strconv.FormatInt(of(i), 10)
		}
		return "CAST('[" + strings.Join(digits, ",") + "]' AS Array(Int64))"
	}
	place := "0" // how many changes are before
	for level := range levels {
		step := 1 << (levels - level)
		changes := whole(1<<level, func(i int) int64 {
			if k := i*step + step/2; k < len(list) {
				return list[k].from
			}
			return math.MaxInt64
		})
		place = fmt.Sprintf("arrayMap(i -> toUInt32(2 * i + (%s >= %s[i + 1])), [toUInt32(%s)])[1]", at, changes, place)
	}
	offsets := whole(1<<levels, func(i int) int64 { return list[min(i, len(list)-1)].offset })
	return offsets + "[" + place + " + 1]"
}

// names adds the columns that an expression reads.
func names(e *scalar.Expr, to map[string]bool) {
	if e.Op() == scalar.Ref {
		to[e.Name()] = true
	}
	for _, a := range e.Args() {
		names(a, to)
	}
}

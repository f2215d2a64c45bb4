package reference

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// withoutLead is the interaction that does not refer to a lead.
const withoutLead = "EmailSent"

// rules draws a few models.
func (g *generator) rules() string {
	var b strings.Builder
	for m := range g.number("models", 1, 3) {
		g.target = pick(g, "target", "contact", "account", "lead", "lead with contact")
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n", m, g.target)
		zone := "UTC"
		if !g.chance(3, "no zone") {
			zone = g.zone
			if g.chance(2, "other zone") {
				zone = pick(g, "that zone", zones...)
			}
			fmt.Fprintf(&b, "    time zone %q\n", zone)
		}
		for c := range g.number("conditions", 1, 4) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n", c)
			for range g.number("children", 1, 3) {
				g.child(&b, zone)
			}
			fmt.Fprintf(&b, "        score %+d\n    }\n", pick(g, "points", 1, -1, 7, 10, -20, 1000, 1_000_000, -1_000_000))
		}
		g.grades(&b)
		if g.chance(1, "sales ready") {
			fmt.Fprintf(&b, "    sales ready at %d\n", pick(g, "threshold", 1, 0, -1, 7, 10, 50, 1_000_000))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// grades draws grades, and returns how many.
func (g *generator) grades(b *strings.Builder) int {
	n := g.number("grades", 0, 4)
	low := pick(g, "lowest", 0, 1, -20, 7, -1_000_000)
	var lines []string
	for i := range n {
		high := low + pick(g, "width", 0, 1, 9, 50, 1_000_000)
		switch open := g.chance(1, "open"); {
		case open && i == 0:
			high = low
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" below %d\n", i, low))
			high--
		case open && i == n-1:
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" from %d\n", i, low))
		default:
			lines = append(lines, fmt.Sprintf("    grade \"G%d\" from %d to %d\n", i, low, high))
		}
		low = high + 1
	}
	if g.chance(1, "descending") {
		slices.Reverse(lines)
	}
	b.WriteString(strings.Join(lines, ""))
	return n
}

// A step is a step of a path. If the path begins with Interaction, the entity of the
// first step is any that is not passive.
type step struct {
	name   string
	entity *traverse.Entity
	any    bool
}

func stepsOf(path traverse.Path) []step {
	steps := make([]step, len(path))
	for i, s := range path {
		steps[i] = step{s.Name, s.Entity, false}
	}
	return steps
}

func (g *generator) child(b *strings.Builder, zone string) {
	b.WriteString("        ")
	if g.chance(3, "label") {
		b.WriteString(`"Tile": `)
	}
	b.WriteString(pick(g, "frequency", "each", "has", "none", "each", "at least 2", "at least 3", "at least 6", "at least 2147483648"))
	b.WriteString(" " + g.counted(zone) + "\n")
}

// counted draws what a child counts: a path, a date range and expressions.
func (g *generator) counted(zone string) string {
	var b strings.Builder
	roots := []string{"Lead", "EmailOpened", "EmailClicked", "WebsiteVisited", "Interaction", "Lead"}
	if g.target != "lead" {
		roots = append(roots, withoutLead)
	}
	root := pick(g, "root", roots...)
	path := []step{{root, g.schema.Entity(root), false}}
	if root == "Interaction" {
		path[0] = step{root, g.schema.Entity("EmailOpened"), true}
	}
	hops := traverse.MaxHops
	lengths := []int{0, 1, 2, 3, 4, 5}
	if g.random != nil { // there are many records, and the reference walks every route
		lengths = []int{0, 1}
	}
	for range pick(g, "hops", lengths...) {
		rel := pick(g, "hop", g.relationships(path[len(path)-1], true)...)
		if rel.Name == "" {
			break
		}
		path = append(path, step{rel.Name, g.schema.Entity(rel.Target), false})
		hops--
	}
	var names []string
	for _, s := range path {
		names = append(names, quoteName(s.name))
	}
	b.WriteString(strings.Join(names, "."))

	if typ, ok := rangeType(path); ok && g.chance(1, "range") {
		b.WriteString(g.dateRange(typ, zone))
	}
	word := "where"
	for range pick(g, "expressions", 0, 0, 1, 1, 2, 3) {
		fmt.Fprintf(&b, "\n            %s %s", word, g.expression(path, hops, zone))
		word = "and"
	}
	return b.String()
}

func (g *generator) dateRange(typ traverse.Type, zone string) string {
	kinds := []dsl.RangeKind{dsl.WithinLast, dsl.Since, dsl.Between}
	if g.fileLets != nil {
		kinds = append(kinds, dsl.BetweenAgo)
	}
	switch pick(g, "range kind", kinds...) {
	case dsl.Since:
		return " since " + g.let(g.moment(zone))
	case dsl.Between:
		return " between " + g.moments(zone, typ)
	case dsl.BetweenAgo:
		return " between " + g.ago(typ)
	}
	return " within last " + g.let(g.span(typ))
}

// ago draws the bounds of `between N and M UNITS ago`.
func (g *generator) ago(typ traverse.Type) string {
	units := []string{"days", "weeks", "months", "years"}
	if typ == traverse.Time {
		units = append(units, "hours", "minutes")
	}
	return pick(g, "ago", "2 and 1 ", "3 and 1 ", "30 and 1 ", "90 and 7 ", "3 and 2 ") + pick(g, "unit", units...) + " ago"
}

// sharpRules draws models of conditions with one range or expression each, so that
// nothing hides its effect.
func (g *generator) sharpRules() string {
	var b strings.Builder
	for m := range g.number("models", 1, 2) {
		zone := g.zone
		if g.chance(2, "other zone") {
			zone = pick(g, "that zone", zones...)
		}
		fmt.Fprintf(&b, "model \"M%d\" {\n    target contact\n    time zone %q\n", m, zone)
		for c := range g.number("conditions", 1, 6) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n        each ", c)
			path := pick(g, "path", "EmailOpened", "WebsiteVisited", "Lead.ParentContact.Visits", "Lead.ParentAccount.Contacts")
			e := g.schema.Entity(map[string]string{
				"EmailOpened": "EmailOpened", "WebsiteVisited": "WebsiteVisited",
				"Lead.ParentContact.Visits": "Visit", "Lead.ParentAccount.Contacts": "Contact",
			}[path])
			b.WriteString(path)
			if dated, ok := e.Dated(); ok && g.chance(1, "range") {
				b.WriteString(g.dateRange(dated.Type, zone))
			} else {
				fmt.Fprintf(&b, "\n            where %s", g.comparison(step{path, e, false}, zone))
			}
			b.WriteString("\n        score +1\n    }\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// manyRules draws what a plan for many conditions at once could get wrong: more
// counts of one kind of interaction than a word has bits, counts that several
// conditions and models share, windows that touch, and texts that contain each
// other.
func (g *generator) manyRules() string {
	g.random = g.seeded("rules")
	kinds, targets := []string{"EmailOpened", "EmailClicked", "WebsiteVisited", "Interaction"}, []string{"contact", "contact", "account", "lead with contact"}
	if g.chance(1, "every lead") {
		targets, g.target = append(targets, "lead"), "lead" // of some models, which share children with the others
	} else {
		kinds = append(kinds, withoutLead)
	}
	g.random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	kinds = kinds[:g.number("kinds", 1, len(kinds))]
	models := pick(g, "models", 1, 1, 2, 5, 12)
	left := pick(g, "conditions", 5, 10, 10, 20, 20, 40, 70, 100, 140, 300)
	var b strings.Builder
	known := map[string][]string{} // what other conditions count, by the zone of the model
	for m := range models {
		zone := pick(g, "zone", "UTC", g.zone)
		fmt.Fprintf(&b, "model \"M%d\" {\n    target %s\n    time zone %q\n", m, pick(g, "target", targets...), zone)
		for c := range max(left/models, 1) {
			fmt.Fprintf(&b, "    condition \"C%d\" {\n", c)
			for range pick(g, "children", 1, 1, 1, 2, 3) {
				counted := ""
				switch {
				case g.chance(4, "any"):
					counted = g.counted(zone)
				case len(known[zone]) > 0 && g.chance(2, "again"):
					counted = pick(g, "known", known[zone]...)
				default:
					counted = g.ownInteraction(pick(g, "kind", kinds...), zone)
					for _, z := range []string{"UTC", g.zone} {
						// Bounds that are in order in one zone may not be in another that skips a day.
						if z == zone || !strings.Contains(counted, " between ") {
							known[z] = append(known[z], counted)
						}
					}
				}
				frequency := pick(g, "frequency", "each", "has", "none", "each", "at least 2", "at least 8", "at least 255", "at least 256")
				fmt.Fprintf(&b, "        %s %s\n", frequency, counted)
			}
			fmt.Fprintf(&b, "        score %+d\n    }\n", pick(g, "points", 1, -1, 2, -4, 8, 16, 1000, 1_000_000, -1_000_000))
		}
		g.grades(&b)
		b.WriteString("}\n")
	}
	return b.String()
}

// ownInteraction draws a child that a plan can count without routes.
func (g *generator) ownInteraction(kind, zone string) string {
	var b strings.Builder
	root := step{kind, g.schema.Entity(kind), false}
	if kind == "Interaction" {
		root = step{kind, g.schema.Entity("EmailOpened"), true}
	}
	path, at := kind, root
	if g.chance(2, "its contact") {
		path, at = kind+".Contact", step{"Contact", g.schema.Entity("Contact"), false}
	}
	b.WriteString(path)
	if g.chance(1, "range") {
		b.WriteString(g.dateRange(traverse.Time, zone))
	}
	word := "where"
	for range pick(g, "expressions", 0, 1, 1, 2) {
		test := g.comparison(at, zone)
		switch {
		case at.name != kind && g.chance(1, "of the interaction"):
			test = kind + "." + g.comparison(root, zone)
		case at.name == kind && g.chance(3, "of the contact"):
			test = "Contact." + g.comparison(step{"Contact", g.schema.Entity("Contact"), false}, zone)
		}
		fmt.Fprintf(&b, "\n            %s %s", word, test)
		word = "and"
	}
	return b.String()
}

// relationships returns the relationships of a step, the 1:N ones only if many.
func (g *generator) relationships(s step, many bool) []traverse.Relationship {
	if s.any {
		return []traverse.Relationship{{Name: "Contact", Target: "Contact"}}
	}
	var list []traverse.Relationship
	for r := range s.entity.Relationships() {
		if many || !r.Many() {
			list = append(list, r)
		}
	}
	if _, declared := s.entity.Relationship("Contact"); declared &&
		!slices.ContainsFunc(list, func(r traverse.Relationship) bool { return r.Name == "Contact" }) {
		list = append(list, traverse.Relationship{Name: "Contact", Target: "Contact"})
	}
	if len(list) == 0 {
		list = append(list, traverse.Relationship{})
	}
	return list
}

// rangeType returns the type of the field to which a date range on a path applies.
func rangeType(path []step) (typ traverse.Type, ok bool) {
	for _, s := range path {
		if s.entity.Kind() == traverse.Interaction {
			return traverse.Time, true
		}
		if f, dated := s.entity.Dated(); dated {
			typ, ok = f.Type, true
		}
	}
	return typ, ok
}

func quoteName(name string) string {
	if name == "Parent account" {
		return "`" + name + "`"
	}
	return name
}

// expression draws an expression about a field that the hops left can reach.
func (g *generator) expression(path []step, hops int, zone string) string {
	at := path[len(path)-1]
	var ref []string
	if g.chance(1, "longer") {
		// A step of the path, unless its name is taken: by two steps, or by a
		// relationship of the last.
		var steps []step
		for _, s := range path {
			taken := 0
			for _, other := range path {
				if other.name == s.name {
					taken++
				}
			}
			if _, ok := at.entity.Relationship(s.name); !ok && taken == 1 && s.name != "" {
				steps = append(steps, s)
			}
		}
		if len(steps) > 0 && g.chance(1, "step") {
			at = pick(g, "step", steps...)
			ref = append(ref, quoteName(at.name))
		}
		for range min(hops, pick(g, "reference", 1, 0, 2, 3, 4, 5)) {
			rel := pick(g, "reference hop", g.relationships(at, false)...)
			if rel.Name == "" {
				break
			}
			at = step{rel.Name, g.schema.Entity(rel.Target), false}
			ref = append(ref, quoteName(rel.Name))
		}
	}
	return strings.Join(append(ref, g.comparison(at, zone)), ".")
}

// comparison draws a field of a step, an operator and operands.
func (g *generator) comparison(at step, zone string) string {
	fields := []traverse.Field{{Name: "Timestamp", Type: traverse.Time}}
	if !at.any {
		fields = slices.Collect(at.entity.Fields())
		fields = slices.DeleteFunc(fields, func(f traverse.Field) bool { return f.Derived != traverse.Stored })
	}
	field := pick(g, "field", fields...)
	return quoteName(field.Name) + " " + g.operator(field, zone)
}

// operator draws an operator of a field, and operands.
func (g *generator) operator(f traverse.Field, zone string) string {
	if g.chance(3, "about empty") {
		return pick(g, "empty", "is empty", "is not empty")
	}
	list := func(operand func() string) string {
		var operands []string
		for range pick(g, "operands", 1, 2, 3, 10) {
			operands = append(operands, operand())
		}
		return "(" + strings.Join(operands, ", ") + ")"
	}
	operands := func(op dsl.Op, operand func() string) string {
		if op.List() {
			return op.String() + " " + g.let(list(operand))
		}
		return op.String() + " " + g.let(operand())
	}
	value := func() string {
		if len(f.Values) == 0 { // tags
			return strconv.Quote(g.word())
		}
		return strconv.Quote(pick(g, "value", f.Values...))
	}
	switch f.Type {
	case traverse.Text:
		op := pick(g, "text", dsl.Equal, dsl.Contains, dsl.NotContains, dsl.NotEqual, dsl.In, dsl.NotIn, dsl.ContainsAny,
			dsl.NotContainsAny, dsl.ContainsWord, dsl.ContainsAnyWord, dsl.NotContainsWord, dsl.NotContainsAnyWord, dsl.BeginsWith, dsl.BeginsWithAny, dsl.NotBeginsWith, dsl.NotBeginsWithAny,
			dsl.EndsWith, dsl.EndsWithAny, dsl.NotEndsWith, dsl.NotEndsWithAny)
		return operands(op, func() string {
			if g.databases && g.chance(6, "NUL") {
				return strconv.Quote(g.word() + "\x00" + g.word())
			}
			return strconv.Quote(g.word())
		})
	case traverse.Choice:
		return operands(pick(g, "choice", dsl.Equal, dsl.NotEqual, dsl.In, dsl.NotIn), value)
	case traverse.Choices:
		op := pick(g, "choices", dsl.Contains, dsl.NotContains, dsl.ContainsAny, dsl.NotContainsAny, dsl.ContainsAll)
		return operands(op, value)
	case traverse.Bool:
		return pick(g, "bool", "= true", "= false", "!= true", "!= false")
	case traverse.Number:
		if g.chance(3, "number between") {
			i := g.number("from", 0, len(numbers)-1)
			return "between " + numbers[i] + " and " + numbers[g.number("to", i, len(numbers)-1)]
		}
		op := pick(g, "number", dsl.Equal, dsl.NotEqual, dsl.Less, dsl.LessEqual, dsl.Greater, dsl.GreaterEqual, dsl.In, dsl.NotIn)
		return operands(op, func() string {
			if g.databases && g.chance(3, "unusual operand") {
				return pick(g, "unusual number", "-0.0", "0.0", huge, "-"+huge, "0."+strings.Repeat("0", 323)+"5")
			}
			return pick(g, "number operand", numbers...)
		})
	}
	switch op := pick(g, "time", dsl.On, dsl.Before, dsl.After, dsl.OnOrBefore, dsl.OnOrAfter, dsl.InRange, dsl.InLast,
		dsl.InNext, dsl.OlderThan); op {
	case dsl.InRange:
		if g.fileLets != nil && g.chance(1, "ago") {
			return "between " + g.ago(f.Type)
		}
		return "between " + g.moments(zone, f.Type)
	case dsl.InLast, dsl.InNext, dsl.OlderThan:
		return op.String() + " " + g.let(g.span(f.Type))
	default:
		return op.String() + " " + g.let(g.moment(zone))
	}
}

// huge is a number of 302 digits, which is a value of type float64.
var huge = new(big.Int).Lsh(big.NewInt(1), 1000).String()

// numbers holds operands in ascending order. Data hold them and their neighbours.
var numbers = []string{
	"-9007199254740994", "-1", "-0.1", "0", "0.1", "0.3", "0.30000000000000004", "1", "+1.5", "49.99", "50", "50.000000000000007",
	"500", "123456789.987654321", "9007199254740991", "9007199254740992",
}

func (g *generator) span(t traverse.Type) string {
	spans := []string{
		"1 day", "1 month", "1 year", "2 months", "3 months", "12 months", "30 days", "1 week", "7 days", "4 years", "13 months",
		"36525 days", "1200 months", "100 years", "5218 weeks",
	}
	if t == traverse.Time {
		spans = append(spans, "1 hour", "24 hours", "1 minute", "90 minutes", "876600 hours", "52596000 minutes")
	}
	return pick(g, "span", spans...)
}

// moment draws a date or time near as of, near a change of the clock, or at a corner
// of the calendar.
func (g *generator) moment(name string) string {
	zone := zoneNamed(name)
	base := pick(g, "moment", g.change, g.asOf, time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), g.asOf.AddDate(0, -1, 0)).In(zone)
	day := base.AddDate(0, 0, pick(g, "day", 0, -1, 1, 2, -7)).Format(time.DateOnly)
	offset := pick(g, "offset", "", "Z", "+14:00", "-11:00", "+05:30", "-03:30")
	switch pick(g, "form", "day", "time", "exact") {
	case "time":
		return day + "T" + pick(g, "time of day", "00:00", "00:30", "00:01", "01:30", "02:00", "02:15", "02:30", "03:00", "12:00",
			"23:00", "23:30", "23:59:59.999999", "23:59:59.9999999", "00:00:00.0000019", "23:31:01") + offset
	case "exact":
		if offset != "" {
			base = base.UTC()
			offset = "Z"
		}
		return base.Add(pick(g, "moment jitter", jitters...)).Format("2006-01-02T15:04:05.999999") + offset
	}
	return day
}

// moments draws the bounds of a between.
func (g *generator) moments(zone string, typ traverse.Type) string {
	a, b := g.inOrder(g.moment(zone), g.moment(zone), zone, typ)
	return a + " and " + b
}

// inOrder returns two moments in order, or one of them twice.
func (g *generator) inOrder(a, b, zone string, typ traverse.Type) (first, second string) {
	file, problems := dsl.Parse("", fmt.Sprintf("model \"\" { condition \"\" { has A between %s and %s score 1 } }", a, b), dsl.Limits{})
	bounds := file.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition).Items[0].(*dsl.Child).Range
	if bounds.From.Bad || bounds.To.Bad {
		g.Fatal(problems)
	}
	c := calendar{zone: zoneNamed(zone)}
	// Bounds out of order are a compile error, and bounds that overlap are avoided.
	switch x, y := c.literal(bounds.From, typ), c.literal(bounds.To, typ); {
	case !y.from.Before(x.to):
	case !x.from.Before(y.to):
		a, b = b, a
	default:
		b = a
	}
	return a, b
}

// fragments holds letters that fold to others, and some that only look like it.
var fragments = []string{
	"a", "A", "s", "S", "ſ", "ß", "ẞ", "ss", "SS", "k", "K", "\u212a", "å", "Å", "\u212b", "σ", "ς", "Σ", "i", "I", "İ", "ı",
	"i̇", "µ", "μ", "Μ", "θ", "ϑ", "ϴ", "ǆ", "ǅ", "Ǆ", "é", "e\u0301", "/", " ", "\"", "\\", "\n", "ﬀ", "\u0345", "ι", "Ⅷ", "ⅷ", "𐐀", "𐐨", "Ꭰ", "ꭰ", "ა", "Ა",
	"_", "%", // which patterns of databases take for any letter and any text
	"Straße", "STRASSE", "STRAẞE", "Kelvin", "\u212aELVIN", "οδος", "ΟΔΟΣ", "Istanbul", "İSTANBUL",
}

func (g *generator) word() string {
	w, list := "", fragments
	if g.fewFragments != nil {
		list = g.fewFragments
		if g.databases {
			list = append(slices.Clip(list), "_")
		}
	}
	for range pick(g, "fragments", 1, 2, 3) {
		w += pick(g, "fragment", list...)
	}
	return w
}

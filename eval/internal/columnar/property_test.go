package columnar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// The property of this file compares the executor with a loop over all records. Its
// rules and data are about emails with up to four fields, and about the city of their
// contacts.

// An email is an interaction.
type email struct {
	kind, contact string
	lead          string // or ""
	days          int    // before as of; negative is later
	undated       bool
	values        [4]string // of emailFields
}

var (
	emailFields = [4]string{"EmailName", "CustomerJourney", "Url", "LinkText"} // an EmailOpened has the first two
	cities      = map[string]string{"ada": "Chicago", "ben": "Boston", "cleo": ""}
	bothKinds   = "EmailOpened or EmailClicked"
	owners      = map[string][]string{"ada-lead": {"ada"}, "ben-lead": {"ben"}, "deal": {"ada", "cleo"}, "walk-in": nil}
)

const smallWorld = `
Contact ada  City=Chicago ParentAccount=beanhouse
Contact ben  City=Boston
Contact cleo ParentAccount=beanhouse
Lead ada-lead ParentContact=ada
Lead ben-lead ParentContact=ben
Lead deal     ParentAccount=beanhouse
Lead walk-in
`

func drawEmail(t *rapid.T) email {
	e := email{
		kind:    rapid.SampledFrom([]string{"EmailOpened", "EmailClicked"}).Draw(t, "kind"),
		contact: rapid.SampledFrom([]string{"ada", "ben", "cleo"}).Draw(t, "contact"),
		lead:    rapid.SampledFrom([]string{"", "ada-lead", "ben-lead", "deal", "walk-in"}).Draw(t, "lead"),
		days:    rapid.IntRange(-2, 40).Draw(t, "days"),
		undated: rapid.IntRange(0, 9).Draw(t, "undated") == 0,
	}
	for i := range e.values {
		if i < 2 || e.kind == "EmailClicked" {
			e.values[i] = rapid.SampledFrom([]string{"", "a", "A", "b"}).Draw(t, "value")
		}
	}
	return e
}

func (e *email) add(t evaltest.TB, data *memory.Source, id int) {
	r := memory.Record{"Contact": e.contact, "Lead": e.lead}
	if !e.undated {
		r["Timestamp"] = evaltest.AsOf.AddDate(0, 0, -e.days)
	}
	for i, v := range e.values {
		if v != "" {
			r[emailFields[i]] = v
		}
	}
	if err := data.Add(e.kind, fmt.Sprint(id), r); err != nil {
		t.Fatalf("%v", err)
	}
}

// A child counts emails.
type child struct {
	frequency points.Frequency
	kind      string // or Interaction
	from, to  int    // days before as of; from is 0 without a window
	extra     string // a cap, a burst or a decay, or ""
	tests     []fieldTest
	city      string    // of the contact, or ""
	more      *boolExpr // or nil
}

// A boolExpr is a test of a field, of the city of the contact or of the time, or others
// combined.
type boolExpr struct {
	how   string // and, or, not; "" for a test
	terms []boolExpr
	test  fieldTest
	city  string
	after int // days before as of; 0 for another test
}

// drawExpr draws an expression about the first fields, and about the contact if city is set.
func drawExpr(t *rapid.T, fields, depth int, city bool) boolExpr {
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "combined") > 0 {
		x := boolExpr{how: rapid.SampledFrom([]string{"and", "or", "or", "not"}).Draw(t, "how")}
		n := 1
		if x.how != "not" {
			n = rapid.IntRange(2, 3).Draw(t, "terms")
		}
		for range n {
			x.terms = append(x.terms, drawExpr(t, fields, depth-1, city))
		}
		return x
	}
	switch kind := rapid.IntRange(0, 5).Draw(t, "test of"); {
	case kind == 0 && depth < 3 || fields == 0 && !city:
		return boolExpr{after: rapid.IntRange(1, 40).Draw(t, "after")}
	case kind <= 1 && city || fields == 0:
		return boolExpr{city: rapid.SampledFrom([]string{"Chicago", "Boston"}).Draw(t, "city")}
	}
	return boolExpr{test: drawTest(t, rapid.IntRange(0, fields-1).Draw(t, "field"))}
}

func drawTest(t *rapid.T, field int) fieldTest {
	return fieldTest{
		field, rapid.SampledFrom([]string{"=", "!=", "is empty"}).Draw(t, "operator"),
		rapid.SampledFrom([]string{"a", "b"}).Draw(t, "operand"),
	}
}

func (x *boolExpr) String() string {
	switch {
	case x.how == "not":
		return "not (" + x.terms[0].String() + ")"
	case x.how != "":
		var texts []string
		for i := range x.terms {
			texts = append(texts, x.terms[i].String())
		}
		return "(" + strings.Join(texts, " "+x.how+" ") + ")"
	case x.after > 0:
		return "Timestamp after " + evaltest.AsOf.AddDate(0, 0, -x.after).Format(time.RFC3339)
	case x.city != "":
		return fmt.Sprintf("Contact.City = %q", x.city)
	}
	return x.test.String()
}

func (x *boolExpr) holds(e *email) bool {
	switch x.how {
	case "not":
		return !x.terms[0].holds(e)
	case "and", "or":
		for i := range x.terms {
			if x.terms[i].holds(e) == (x.how == "or") {
				return x.how == "or"
			}
		}
		return x.how == "and"
	}
	switch {
	case x.after > 0:
		return !e.undated && e.days < x.after
	case x.city != "":
		return cities[e.contact] == x.city
	}
	return x.test.holds(e)
}

// A fieldTest is an expression about one of emailFields.
type fieldTest struct {
	field int
	op    string // =, !=, or is empty
	value string
}

func (x *fieldTest) String() string {
	if x.op == "is empty" {
		return emailFields[x.field] + " is empty"
	}
	return fmt.Sprintf("%s %s %q", emailFields[x.field], x.op, x.value)
}

func (x *fieldTest) holds(e *email) bool {
	v := e.values[x.field]
	same := strings.EqualFold(v, x.value)
	return map[string]bool{"=": same, "!=": v != "" && !same, "is empty": v == ""}[x.op]
}

// drawChild draws a child with expressions about the first fields of emailFields, and about
// the city of the contact if city is set.
func drawChild(t *rapid.T, fields int, city bool) child {
	c := child{
		frequency: rapid.SampledFrom([]points.Frequency{
			{Each: true}, {Min: 1}, {}, {Min: 2}, {Min: 9}, {Max: 2}, {Min: 2, Max: 2}, {Min: 1, Max: 3},
		}).Draw(t, "frequency"),
		kind: rapid.SampledFrom([]string{"EmailOpened", "EmailClicked", "EmailClicked", "Interaction", bothKinds}).Draw(t, "kind"),
	}
	if city {
		c.city = rapid.SampledFrom([]string{"", "", "Chicago", "Boston"}).Draw(t, "city")
	}
	if rapid.Bool().Draw(t, "window") {
		c.from = rapid.SampledFrom([]int{1, 7, 30}).Draw(t, "from")
		if rapid.Bool().Draw(t, "closed window") {
			c.to = rapid.IntRange(0, c.from).Draw(t, "to")
		}
	}
	has := map[string]int{"EmailOpened": 2, "EmailClicked": 4, bothKinds: 2}[c.kind]
	for field := range min(fields, has) {
		if rapid.Bool().Draw(t, "test") {
			c.tests = append(c.tests, drawTest(t, field))
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "more") == 0 {
		more := drawExpr(t, min(fields, has), 3, city)
		c.more = &more
	}
	return c
}

func (c *child) String() string {
	var b strings.Builder
	switch f := c.frequency; {
	case f.Every > 0:
		fmt.Fprintf(&b, "every %d ", f.Every)
	case f.Each:
		b.WriteString("each ")
	case f.None():
		b.WriteString("none ")
	case f.Min == 0:
		fmt.Fprintf(&b, "at most %d ", f.Max)
	case f.Min == f.Max:
		fmt.Fprintf(&b, "exactly %d ", f.Min)
	case f.Max > 0:
		fmt.Fprintf(&b, "from %d to %d ", f.Min, f.Max)
	default:
		fmt.Fprintf(&b, "at least %d ", f.Min)
	}
	b.WriteString(c.kind)
	at := func(days int) string { return evaltest.AsOf.AddDate(0, 0, -days).Format(time.RFC3339) }
	switch {
	case c.to > 0:
		fmt.Fprintf(&b, " between %s and %s", at(c.from), at(c.to))
	case c.from > 0:
		fmt.Fprintf(&b, " within last %d days", c.from)
	}
	if c.extra != "" {
		b.WriteString(" " + c.extra)
	}
	word := "where"
	expr := func(text string) {
		fmt.Fprintf(&b, " %s %s", word, text)
		word = "and"
	}
	for i := range c.tests {
		expr(c.tests[i].String())
	}
	if c.more != nil {
		expr(c.more.String())
	}
	if c.city != "" {
		expr(fmt.Sprintf("Contact.City = %q", c.city))
	}
	return b.String()
}

// counts reports whether the child counts an email.
func (c *child) counts(e *email) bool {
	switch {
	case c.kind != "Interaction" && c.kind != bothKinds && c.kind != e.kind,
		!e.undated && e.days < 0,
		c.from > 0 && (e.undated || e.days > c.from || e.days < c.to),
		c.city != "" && cities[e.contact] != c.city:
		return false
	}
	for i := range c.tests {
		if !c.tests[i].holds(e) {
			return false
		}
	}
	return c.more == nil || c.more.holds(e)
}

// A condition is points for children.
type condition struct {
	points   int64
	children []child
}

func (c *condition) String() string {
	var b strings.Builder
	for i := range c.children {
		b.WriteString(c.children[i].String() + " ")
	}
	fmt.Fprintf(&b, "score %+d", c.points)
	return b.String()
}

// of reports whether an email is one of a lead, for a model with a target.
func (e *email) of(lead string, target plan.LeadKind) bool {
	contact := slices.Contains(owners[lead], e.contact)
	switch target {
	case plan.EveryLead:
		return e.lead == lead
	case plan.EveryLeadWithContact:
		return e.lead == lead || contact && len(owners[lead]) == 1
	}
	return contact
}

// count counts the emails that a lead has for each child of a model with a target.
func (c *condition) count(lead string, target plan.LeadKind, emails []email) []points.Count {
	var list []points.Count
	for i := range c.children {
		n := uint64(0)
		for j := range emails {
			if emails[j].of(lead, target) && c.children[i].counts(&emails[j]) {
				n++
			}
		}
		list = append(list, points.CountOf(n))
	}
	return list
}

func (c *condition) award() *points.Award {
	a := &points.Award{Points: c.points}
	for _, ch := range c.children {
		a.Children = append(a.Children, ch.frequency)
	}
	return a
}

// drawConditions draws n conditions of a model with a target. Most of them have one child.
func drawConditions(t *rapid.T, n, fields int, target plan.LeadKind) []condition {
	list := make([]condition, n)
	for i := range list {
		list[i].points = rapid.SampledFrom([]int64{1, -2, 10, 1_000_000}).Draw(t, "points")
		for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "children") {
			list[i].children = append(list[i].children, drawChild(t, fields, target < plan.EveryLead))
		}
	}
	return list
}

// TestCountsEveryRecord checks that scores and counts are those that a loop over all
// emails gives, also after emails have been added.
func TestCountsEveryRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.IntRange(0, 4).Draw(t, "fields")
		sizes := rapid.SampledFrom([][5]int{
			{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, {5, 5, 5, 0, 0}, {1, 15, 0, 0, 1}, {1, 1, 5, 0, 0}, {5, 1, 1, 1, 0}, {1, 0, 5, 0, 5}, {160, 1, 0, 0, 0}, {0, 0, 0, 80, 70},
		}).Draw(t, "conditions")
		var models [][]condition
		for i, n := range sizes {
			models = append(models, drawConditions(t, n, fields, modelTargets[i]))
		}
		rules := ""
		for i, conditions := range models {
			var texts []string
			for j := range conditions {
				texts = append(texts, conditions[j].String())
			}
			rules += evaltest.Model(fmt.Sprint(i), []string{"contact", "account", "lead", "lead with contact"}[modelTargets[i]], texts...)
		}
		routes := plan.NewRoutes(evaltest.Models(t, rules))
		scores, explained := New(plan.NewColumns(routes, false)), New(plan.NewColumns(routes, true))
		data := evaltest.Data(t, traverse.Standard(), smallWorld)
		store := storeOf(data)
		var emails []email
		for range 2 {
			for range rapid.SampledFrom([]int{1, 5, 40}).Draw(t, "emails") {
				emails = append(emails, drawEmail(t))
				emails[len(emails)-1].add(t, data, len(emails))
			}
			err := store.Use(t.Context(), scores.Layouts(), func() error {
				for _, x := range []*Executor{scores, explained} {
					if !x.Bind(store) {
						t.Fatalf("the store lacks something")
					}
					x.SetAsOf(evaltest.AsOf)
					for lead := range owners {
						kind, _ := x.Score(x.Find(lead))
						for i := range models {
							if modelTargets[i].Includes(kind) {
								compareModel(t, x, i, lead, models[i], emails)
							}
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if routed == 0 || counted < 4*routed {
		t.Errorf("%d conditions were counted, and %d left to routes", counted, routed)
	}
}

// modelTargets are the targets of the models that are drawn.
var modelTargets = []plan.LeadKind{
	plan.ContactBased, plan.ContactBased, plan.AccountBased, plan.EveryLead, plan.EveryLeadWithContact,
}

// counted and routed are how many conditions were compared, and how many were left to
// routes.
var counted, routed int

// compareModel compares the score and the counts of a lead with a loop over its
// emails.
func compareModel(t *rapid.T, x *Executor, model int, lead string, conditions []condition, emails []email) {
	var want points.Total
	for j := range conditions {
		c := &conditions[j]
		if slices.ContainsFunc(x.plan.Residual[model], func(left plan.Condition) bool { return left.Name == fmt.Sprint(j+1) }) {
			routed++
			continue
		}
		counted++
		counts, award := c.count(lead, modelTargets[model], emails), c.award()
		times := make([]points.Count, len(counts))
		for k, f := range award.Children {
			times[k] = f.Of(counts[k])
		}
		want.Add(award.Multiplier(times...), c.points)
		if x.plan.Explained == nil {
			continue
		}
		kind := modelTargets[model]
		in := &x.plan.Targets[kind].Conjunctions[x.plan.Explained[model][j]]
		for k, ch := range in.Award.Children {
			if got := x.Counts(kind)[ch.Slot]; got != counts[k].Clamp() {
				t.Fatalf("%s of %s counts %d, want %d", &c.children[k], lead, got, counts[k].Clamp())
			}
		}
	}
	if got := x.ModelScore(model); got != want.Clamp() {
		t.Fatalf("the score of %s is %d, want %d", lead, got, want.Clamp())
	}
}

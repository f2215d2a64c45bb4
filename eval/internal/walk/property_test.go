package walk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

const drawnSchema = `
profile Lead { Orders <- Order.Buyer  Opens <- EmailOpened.Lead }
profile Contact { Clicks <- EmailClicked.Contact  Manager -> Contact  Reports <- Contact.Manager }
profile Order { Amount number  Code text exact  PlacedOn date  Buyer -> Lead  Product -> Product  dated by PlacedOn }
profile Product { Name text }
interaction EmailOpened { Lead -> Lead  Batch number  Offer -> Product }
interaction EmailClicked { Batch number  Lead -> Lead  Offer -> Product }
interaction WebsiteVisited { Batch number }
`

var drawnPaths = [][]string{
	{"EmailOpened"}, {"EmailOpened"}, {"EmailClicked"}, {"Interaction"}, {"Interaction", "Contact"}, {"EmailOpened", "Contact", "Clicks"},
	{"EmailClicked", "Contact"}, {"EmailClicked", "Contact", "Clicks", "Contact", "Reports"}, {"EmailClicked", "Offer"}, {"Lead"},
	{"Lead", "Orders"}, {"Lead", "Orders", "Product"}, {"Lead", "ParentContact", "Clicks"}, {"Lead", "Opens", "Offer"},
	{"Lead", "ParentAccount", "Contacts", "ParentAccount", "Contacts"}, {"Lead", "ParentContact", "Reports"},
}

// A drawer draws rules and records of drawnSchema.
type drawer struct {
	*rapid.T
	world
	near int // where most instants are
}

func (d *drawer) chance(percent int) bool { return rapid.IntRange(0, 99).Draw(d.T, "chance") < percent }

func (d *drawer) pick(list ...string) string { return rapid.SampledFrom(list).Draw(d.T, "pick") }

// when draws an instant near the edges of the spans that are drawn, or none.
func (d *drawer) when() any {
	at := evaltest.AsOf
	near := d.near
	if d.chance(30) {
		near = rapid.IntRange(0, 3).Draw(d.T, "near")
	}
	switch near {
	case 0:
		return nil
	case 1:
		at = at.AddDate(0, -rapid.IntRange(0, 4).Draw(d.T, "months"), 0)
	case 2: // the clock shows an hour twice
		at = time.Date(2025, 10, 26, 0, 10, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(-1, 3).Draw(d.T, "quarters")) * 45 * time.Minute)
	default:
		at = at.Add(-time.Duration(rapid.SampledFrom([]int{-1, 0, 1, 2, 3, 24, 25, 48}).Draw(d.T, "hours")) * time.Hour)
	}
	return at.Add(time.Duration(rapid.IntRange(-1, 1).Draw(d.T, "micros")) * time.Microsecond)
}

func (d *drawer) row(entity, id string, values map[string]any) {
	for name, v := range values {
		if v == nil || v == "" {
			delete(values, name)
		}
	}
	d.rows = append(d.rows, &row{entity, id, values})
}

func (d *drawer) drawRows() {
	d.near = rapid.IntRange(1, 3).Draw(d.T, "near")
	for _, id := range []string{"l", "m"} {
		d.row("Lead", id, map[string]any{"City": d.pick("", "A", "b"), "ParentContact": d.pick("", "c1", "c1", "c2"), "ParentAccount": d.pick("", "a1", "a2")})
	}
	d.row("Account", "a1", map[string]any{})
	for _, id := range []string{"c1", "c2", "c3"} {
		d.row("Contact", id, map[string]any{"City": d.pick("", "A", "a", "b"), "ParentAccount": d.pick("", "a1", "a1", "a2"), "Manager": d.pick("", "c1", "c2")})
	}
	for _, id := range []string{"p1", "p2"} {
		d.row("Product", id, map[string]any{"Name": d.pick("", "A", "b")})
	}
	for i := range rapid.IntRange(0, 4).Draw(d.T, "orders") {
		values := map[string]any{
			"Buyer": d.pick("", "l", "l", "m"), "Product": d.pick("", "p1", "p2", "p3"), "Code": d.pick("", "A", "a"), "Amount": d.number(),
		}
		if at, ok := d.when().(time.Time); ok {
			values["PlacedOn"] = check.AsOfDay(at, d.zone)
		}
		d.row("Order", fmt.Sprint("o", i), values)
	}
	for i := range rapid.IntRange(0, 9).Draw(d.T, "interactions") {
		entity := d.pick("EmailOpened", "EmailOpened", "EmailClicked", "WebsiteVisited")
		values := map[string]any{"Timestamp": d.when(), "Contact": d.pick("", "c1", "c1", "c2", "c3"), "Batch": d.number()}
		if entity != "WebsiteVisited" {
			values["Lead"], values["Offer"], values["EmailName"] = d.pick("", "l", "l", "m"), d.pick("", "p1", "p2"), d.pick("", "A", "a", "b")
		}
		d.row(entity, fmt.Sprint("i", i), values)
	}
}

func (d *drawer) number() any {
	if d.chance(30) {
		return nil
	}
	return float64(rapid.IntRange(0, 2).Draw(d.T, "number"))
}

// drawChild draws a child that may count or hold, decays or not.
func (d *drawer) drawChild(plain bool) check.Child {
	c := check.Child{Dated: -1, Min: uint64(rapid.IntRange(0, 2).Draw(d.T, "min")), Source: &dsl.Child{}}
	c.Max = uint64(rapid.IntRange(0, 3).Draw(d.T, "max"))
	if d.chance(15) {
		open, click := d.schema.Entity("EmailOpened"), d.schema.Entity("EmailClicked")
		c.Kinds = []*traverse.Entity{open, click}
		c.Path = traverse.Path{{Name: "EmailOpened or EmailClicked", Entity: open}}
		if d.chance(50) {
			c.Path = append(c.Path, d.path("EmailOpened", "Offer")[1])
		}
	} else {
		paths := drawnPaths
		if d.target == dsl.TargetLead {
			paths = slices.DeleteFunc(slices.Clone(paths), func(p []string) bool { return p[0] == "WebsiteVisited" })
		}
		c.Path = d.path(rapid.SampledFrom(paths).Draw(d.T, "path")...)
	}
	for i, s := range c.Path {
		if _, ok := s.Entity.Dated(); ok && (c.Dated < 0 || c.Path[c.Dated].Entity.Kind() != traverse.Interaction) {
			c.Dated = i
		}
	}
	for range rapid.IntRange(0, 2).Draw(d.T, "terms") {
		c.Where = append(c.Where, d.drawExpr(c.Path, 3))
	}
	if d.chance(40) {
		c.Cap = d.drawCap(&c)
	}
	if c.Dated < 0 {
		return c
	}
	field, _ := c.Path[c.Dated].Entity.Dated()
	days := field.Type == traverse.Date
	if d.chance(20) {
		c.Range = &check.Window{Days: days, Lo: check.Bound{Kind: check.Relative, N: -2, Unit: dsl.Days}}
	}
	switch kind := rapid.IntRange(0, 4).Draw(d.T, "more"); {
	case kind == 0 && c.Cap == nil:
		c.Burst = &check.Span{N: 1, Unit: dsl.Days, Days: days}
	case kind == 1 && !plain:
		c.Aging = d.drawAging(days)
	case kind == 2 && !plain:
		c.Each, c.Every = true, 2
	}
	return c
}

func (d *drawer) path(names ...string) traverse.Path {
	path, err := d.schema.Path(names...)
	if err != nil {
		d.Fatalf("%v", err)
	}
	return path
}

func (d *drawer) drawAging(days bool) *check.Aging {
	a := check.Aging{
		Kind: check.AgingKind(rapid.IntRange(0, 3).Draw(d.T, "aging")), Newest: d.chance(30), Percent: 40, Steps: 3,
		Span: check.Span{N: int64(rapid.IntRange(1, 2).Draw(d.T, "n")), Unit: rapid.SampledFrom([]dsl.Unit{dsl.Days, dsl.Months}).Draw(d.T, "unit"), Days: days},
	}
	if !days && d.chance(50) {
		a.Span.Unit = dsl.Hours
	}
	return &a
}

func (d *drawer) drawCap(c *check.Child) *check.Cap {
	out := &check.Cap{Count: uint64(rapid.IntRange(1, 2).Draw(d.T, "cap"))}
	if c.Dated >= 0 && d.chance(40) {
		periods := []dsl.Period{dsl.PerDay, dsl.PerWeek, dsl.PerMonth, dsl.PerYear}
		if f, _ := c.Path[c.Dated].Entity.Dated(); f.Type == traverse.Time {
			periods = append(periods, dsl.PerHour, dsl.PerHour)
		}
		out.Period = rapid.SampledFrom(periods).Draw(d.T, "period")
		return out
	}
	if v, ok := d.drawValue(c.Path, rapid.IntRange(0, len(c.Path)-1).Draw(d.T, "step")); ok && d.chance(75) {
		out.Value = v
	} else {
		out.Value = check.Value{Step: rapid.IntRange(0, len(c.Path)-1).Draw(d.T, "step"), Record: true}
	}
	return out
}

// drawValue draws a field or reference of a step.
func (d *drawer) drawValue(path traverse.Path, step int) (check.Value, bool) {
	v := check.Value{Step: step}
	e := path[step].Entity
	if refs := d.refs(e); len(refs) > 0 && d.chance(40) {
		v.Ref = d.pick(refs...)
		if d.chance(50) {
			return v, true
		}
		hop, _ := d.schema.Hop(e, v.Ref)
		v.Hops, v.Ref, e = []traverse.Step{hop}, "", hop.Entity
	}
	fields := d.fields(e)
	if len(fields) == 0 {
		return v, false
	}
	v.Field, _ = e.Field(d.pick(fields...))
	return v, true
}

// refs returns the references of an entity that are drawn. A root of several kinds has
// those that all have.
func (d *drawer) refs(e *traverse.Entity) []string {
	switch e.Name() {
	case "EmailOpened", "EmailClicked":
		return []string{"Contact", "Offer"}
	case "Order":
		return []string{"Product"}
	case traverse.AnyInteraction, "WebsiteVisited":
		return []string{"Contact"}
	case "Contact":
		return []string{"Manager", "ParentAccount"}
	}
	return nil
}

func (d *drawer) fields(e *traverse.Entity) []string {
	switch e.Name() {
	case "EmailOpened", "EmailClicked":
		return []string{"EmailName", "Batch", "Timestamp"}
	case "Order":
		return []string{"Amount", "Code", "PlacedOn"}
	case traverse.AnyInteraction:
		return []string{"Timestamp"}
	case "WebsiteVisited":
		return []string{"Batch"}
	case "Contact", "Lead":
		return []string{"City"}
	case "Product":
		return []string{"Name"}
	}
	return nil
}

// drawExpr draws an expression about any steps of a path.
func (d *drawer) drawExpr(path traverse.Path, depth int) check.Expr {
	if depth > 0 && d.chance(55) {
		switch rapid.IntRange(0, 2).Draw(d.T, "kind") {
		case 0:
			return &check.Not{Expr: d.drawExpr(path, depth-1), Source: &dsl.Not{}}
		case 1:
			return &check.And{Terms: []check.Expr{d.drawExpr(path, depth-1), d.drawExpr(path, depth-1)}, Source: &dsl.And{}}
		}
		return &check.Or{Terms: []check.Expr{d.drawExpr(path, depth-1), d.drawExpr(path, depth-1)}, Source: &dsl.Or{}}
	}
	c := &check.Comparison{Source: &dsl.Comparison{}}
	v, ok := d.drawValue(path, rapid.IntRange(0, len(path)-1).Draw(d.T, "step"))
	if !ok || v.Ref != "" {
		c.Predicate = check.IsEmpty{Not: true} // of a field that every root has
		name := traverse.Timestamp
		if path[0].Name == traverse.Lead {
			name = "City"
		}
		v = check.Value{}
		v.Field, _ = path[0].Entity.Field(name)
	}
	c.Step, c.Hops, c.Field = v.Step, v.Hops, v.Field
	not := d.chance(30)
	switch {
	case c.Predicate != nil || d.chance(20) || c.Field.Type != traverse.Text && c.Field.Type != traverse.Number:
		c.Predicate = check.IsEmpty{Not: not}
	case c.Field.Type == traverse.Number:
		c.Predicate = check.NumberIn{Values: []float64{1}, Not: not}
	default:
		c.Predicate = check.TextMatch{Values: []string{c.Field.Fold("A")}, Not: not}
	}
	return c
}

// drawModel draws a model with one condition for each child, and one with a same block.
func (d *drawer) drawModel() *check.Model {
	m := &check.Model{Name: "M", Target: d.target, Zone: d.zone, Schema: d.schema, Parts: []check.Part{}}
	for range rapid.IntRange(1, 3).Draw(d.T, "conditions") {
		m.Conditions = append(m.Conditions, check.Condition{Children: []check.Child{d.drawChild(false)}, Points: 1})
	}
	s := &check.Same{}
	block := check.Condition{Items: []check.Item{s}, Points: 1}
	for i := range 2 {
		c := d.drawChild(true)
		c.Path, c.Kinds, c.Where, c.Dated = d.path("EmailOpened"), nil, nil, 0
		if i > 0 {
			c.Path = d.path("EmailClicked", "Contact", "Clicks")
			c.Range = nil
		}
		c.Cap, c.Burst = nil, nil
		if d.chance(40) {
			c.Cap = d.drawCap(&c)
		}
		name, _ := c.Path.Last().Entity.Field("EmailName")
		v := check.Value{Step: len(c.Path) - 1, Field: name}
		if len(m.Conditions)%2 == 0 {
			v = check.Value{Step: len(c.Path) - 1, Ref: "Offer"}
		}
		s.Children, s.Values = append(s.Children, i), append(s.Values, v)
		block.Children = append(block.Children, c)
	}
	block.Children[0].Min, block.Children[0].Max = max(block.Children[0].Min, 1), 0
	m.Conditions = append(m.Conditions, block)
	return m
}

// TestCountsEveryRoute checks that the walker counts what a walk over all routes does.
func TestCountsEveryRoute(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// The contacts of an account are fetched for another model.
	accounts := evaltest.Models(t, drawnSchema+evaltest.Model("Accounts", "account", "each EmailOpened score +1"))[0]
	schema := accounts.Schema
	rapid.Check(t, func(t *rapid.T) {
		d := drawer{T: t, world: world{schema: schema, zone: berlin, target: rapid.SampledFrom([]dsl.TargetKind{
			dsl.TargetContact, dsl.TargetAccount, dsl.TargetLead, dsl.TargetLeadWithContact,
		}).Draw(t, "target")}}
		d.drawRows()
		m := d.drawModel()
		data := evaltest.Data(t, schema, "")
		d.add(t, data)
		routes := plan.NewRoutes([]*check.Model{m, accounts})
		var batch fetch.Batch
		if err := batch.Load(t.Context(), routes, data, []string{"l", "m"}, evaltest.AsOf, fetch.Options{MaxKeys: 2, NearMisses: d.chance(50)}); err != nil {
			t.Fatal(err)
		}
		var w Walker
		w.Begin(t.Context(), &batch)
		for i := range batch.Leads {
			l := &batch.Leads[i]
			if l.Failed != nil {
				t.Fatalf("%v", l.Failed)
			}
			if routes.Models[0].Scores(l.Kind) {
				d.compare(&w, routes.Models[0], l)
			}
		}
	})
}

// compare compares what the walker counts for a lead.
func (d *drawer) compare(w *Walker, m *plan.Model, l *fetch.Lead) {
	lead := d.find("Lead", l.ID)
	for i := range m.Conditions {
		c := &m.Conditions[i]
		for j := range c.Children {
			ch := &c.Children[j]
			checked := ch.Checked
			routes := d.satisfying(checked, lead)
			want := d.count(checked, slices.Clone(routes))
			if got := w.Count(ch, l).Clamp(); got != uint64(want) {
				d.Fatalf("%s counts %d, want %d: %s", l.ID, got, want, describe(checked))
			}
			n, list := w.Occurrences(ch, l)
			if n.Clamp() != uint64(want) {
				d.Fatalf("%s counts %d with its occurrences, want %d: %s", l.ID, n.Clamp(), want, describe(checked))
			}
			sum := uint64(0)
			for _, o := range list {
				sum += o.Routes.Clamp()
			}
			if counts := checked.Every == 0 && (checked.Aging == nil || checked.Aging.Kind != check.Without); counts && sum != uint64(want) {
				d.Fatalf("%s has %d routes through its occurrences, want %d: %s", l.ID, sum, want, describe(checked))
			}
			if checked.Aging != nil {
				if got, want := w.Weigh(ch, l).Big(), d.weigh(checked, routes); got.Cmp(want) != 0 {
					d.Fatalf("%s weighs %v, want %v: %s", l.ID, got, want, describe(checked))
				}
			}
		}
		for j := range c.Sames {
			s := &c.Sames[j]
			if got, want := w.Same(c, s, l).Clamp(), d.same(c.Checked, s.Checked, lead); got != uint64(want) {
				d.Fatalf("%s has %d values, want %d: %s, %s", l.ID, got, want, describe(c.Children[0].Checked), describe(c.Children[1].Checked))
			}
		}
	}
}

// TestNearestOfEveryRoute checks that no route which does not count fails less than the
// nearest one.
func TestNearestOfEveryRoute(t *testing.T) {
	schema := evaltest.Models(t, drawnSchema+evaltest.Model("M", "contact"))[0].Schema
	rapid.Check(t, func(t *rapid.T) {
		d := drawer{T: t, world: world{schema: schema, zone: time.UTC, target: dsl.TargetLeadWithContact}}
		d.drawRows()
		m := d.drawModel()
		data := evaltest.Data(t, schema, "")
		d.add(t, data)
		routes := plan.NewRoutes([]*check.Model{m})
		var batch fetch.Batch
		if err := batch.Load(t.Context(), routes, data, []string{"l"}, evaltest.AsOf, fetch.Options{MaxKeys: 2, NearMisses: true}); err != nil {
			t.Fatal(err)
		}
		var w Walker
		w.Begin(t.Context(), &batch)
		for i := range m.Conditions {
			ch := &routes.Models[0].Conditions[i].Children[0]
			least := 0
			for _, route := range d.all(ch.Checked, d.find("Lead", "l")) {
				if n := d.unmet(ch.Checked, route); n > 0 && (least == 0 || n < least) {
					least = n
				}
			}
			if got := w.Nearest(ch, &batch.Leads[0]); len(got) != least {
				t.Fatalf("the nearest route fails %d, want %d: %s", len(got), least, describe(ch.Checked))
			}
		}
	})
}

// describe writes a child for a failure.
func describe(c *check.Child) string {
	text := fmt.Sprintf("each %t every %d from %d to %d of ", c.Each, c.Every, c.Min, c.Max)
	for _, s := range c.Path {
		text += s.Name + "."
	}
	if c.Range != nil {
		text += " in a range"
	}
	for _, e := range c.Where {
		text += " where " + describeExpr(e)
	}
	if c.Cap != nil {
		text += fmt.Sprintf(" cap %d per %v %+v", c.Cap.Count, c.Cap.Period, c.Cap.Value)
	}
	if c.Burst != nil {
		text += fmt.Sprintf(" within any %+v", *c.Burst)
	}
	if c.Aging != nil {
		text += fmt.Sprintf(" aging %+v", *c.Aging)
	}
	return text
}

func describeExpr(e check.Expr) string {
	switch e := e.(type) {
	case *check.And:
		return "(" + describeExpr(e.Terms[0]) + " and " + describeExpr(e.Terms[1]) + ")"
	case *check.Or:
		return "(" + describeExpr(e.Terms[0]) + " or " + describeExpr(e.Terms[1]) + ")"
	case *check.Not:
		return "not " + describeExpr(e.Expr)
	}
	c := e.(*check.Comparison)
	text := fmt.Sprint(c.Step)
	for _, h := range c.Hops {
		text += "." + h.Name
	}
	return fmt.Sprintf("%s.%s %+v", text, c.Field.Name, c.Predicate)
}

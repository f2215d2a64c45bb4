package audit

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// reference looks at a reference that rules follow, or by which records belong to a
// lead.
func (x *auditor) reference(e *askedEntity, t *columns.Table, c *columns.Column, n int, required bool) {
	if c == nil || c.To == nil {
		return
	}
	target := x.target(e, c)
	interaction := e.entity.Kind() == traverse.Interaction
	var leads *columns.Column // by which an interaction without a contact may be a lead's
	if interaction && c.Name == traverse.Contact && x.asked.leads && refersToLead(e.entity) {
		leads = t.Column(traverse.Lead)
	}
	empty, nobodys, dangling := 0, 0, 0
	var odd []string // of the ids that name nothing
	seen := map[columns.Key]bool{}
	for row := range t.Rows() {
		cells := t.Cells(row)
		k := columns.Key(cells[c.At])
		switch {
		case k == 0:
			empty++
			if leads == nil || cells[leads.At] == 0 {
				nobodys++
			}
		case target.has != nil && !target.has(k):
			dangling++
			if !seen[k] {
				seen[k] = true
				odd = append(odd, c.To.ID(k))
			}
		}
	}
	name := e.entity.Name()
	switch {
	case empty == 0:
	case interaction && c.Name == traverse.Contact:
		if nobodys == 0 {
			break
		}
		also := ""
		if leads != nil {
			also = ", and so is " + traverse.Lead
		}
		x.add(Finding{
			Code: CodeNoOwner, Entity: name, Field: c.Name, Count: nobodys, Of: n,
			Summary: fmt.Sprintf("%s: %s for nobody", ofThem(nobodys, n, "is empty"+also, "are empty"+also), counts(nobodys)),
		})
	case empty == n && required:
		x.noValues(e, c.Name, n)
	}
	if dangling > 0 {
		x.dangling(name, c, target, odd, dangling, n-empty)
	}
}

// A target is what the ids of a reference should name.
type target struct {
	has  func(columns.Key) bool // nil if that cannot be known
	ids  func(yield func(id string))
	name string // such as "Contact"
	who  string // who has those ids
}

// target returns what a reference should name: a record; or where the data has no
// record of that kind, what the other side of a lead holds.
func (x *auditor) target(e *askedEntity, c *columns.Column) target {
	to := c.To
	name := to.Entity().Name()
	if to.Records() > 0 {
		return target{
			has: func(k columns.Key) bool { return to.Row(k) >= 0 },
			ids: func(yield func(string)) {
				for row := range to.Rows() {
					yield(to.ID(to.RowKey(row)))
				}
			},
			name: "no " + name, who: name,
		}
	}
	holder, ref := "", ""
	switch {
	case e.entity.Kind() == traverse.Interaction && c.Name == traverse.Contact:
		holder, ref = traverse.Lead, traverse.ParentContact
	case e.entity.Name() == traverse.Lead && c.Name == traverse.ParentAccount && x.asked.accounts:
		holder, ref = traverse.Contact, traverse.ParentAccount
	default:
		return target{}
	}
	held := map[columns.Key]bool{}
	from := x.store.Table(holder)
	at := from.Column(ref).At
	for row := range from.Rows() {
		held[columns.Key(from.Cells(row)[at])] = true
	}
	return target{
		has: func(k columns.Key) bool { return held[k] },
		ids: func(yield func(string)) {
			for k := range held {
				if k != 0 {
					yield(to.ID(k))
				}
			}
		},
		name: fmt.Sprintf("no %s, nor the %s of a %s", name, ref, holder), who: holder + "." + ref,
	}
}

// dangling reports ids that name nothing, and what they nearly name.
func (x *auditor) dangling(entity string, c *columns.Column, to target, odd []string, count, of int) {
	f := Finding{Code: CodeDangling, Entity: entity, Field: c.Name, Count: count, Of: of}
	ids, verb := "ids", "name"
	if of == 1 {
		ids = "id"
	}
	if count == 1 {
		verb = "names"
	}
	f.Summary = fmt.Sprintf("%d of %d %s %s", count, of, ids, verb)
	f.Summary += " " + to.name
	near := alike.NewIDs(to.ids)
	example, like := odd[0], ""
	for _, id := range odd {
		if like = near.Near(id); like != "" {
			example = id
			break
		}
	}
	f.Summary += ", such as " + shown.Quote(example)
	if like != "" {
		f.Help = fmt.Sprintf("%s has %s, which differs in %s", to.who, shown.Quote(like), alike.Difference(example, like))
	}
	f.Examples = append(f.Examples, example)
	for _, id := range odd {
		if len(f.Examples) < MaxExamples && id != example {
			f.Examples = append(f.Examples, id)
		}
	}
	x.add(f)
}

func counts(n int) string {
	if n == 1 {
		return "it counts"
	}
	return "they count"
}

// parents reports leads without a parent, and reports whether all are. It reports none if
// every model scores leads without parents, too.
func (x *auditor) parents(t *columns.Table, n int) (all bool) {
	if !x.asked.parents {
		return false
	}
	contact, account := t.Column(traverse.ParentContact).At, t.Column(traverse.ParentAccount).At
	without := 0
	for row := range t.Rows() {
		if cells := t.Cells(row); cells[contact] == 0 && cells[account] == 0 {
			without++
		}
	}
	if without == 0 {
		return false
	}
	scorers := "no model scores"
	if x.asked.leads {
		scorers = "only models with `target lead` score"
	}
	f := Finding{
		Code: CodeNoParent, Entity: traverse.Lead, Count: without, Of: n, Severity: dsl.Advice,
		Summary: fmt.Sprintf("%s neither a %s nor a %s: %s %s",
			ofThem(without, n, "has", "have"), traverse.ParentContact, traverse.ParentAccount, scorers, itOrThem(without)),
	}
	if without == n {
		f.Severity = dsl.Warning
		f.Help = "if each person of the export is a lead, map each as a Contact, too, and let ParentContact name it"
	}
	x.add(f)
	return without == n
}

package sqldb

import (
	"context"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore/traverse"
)

// orderAsks finds out which asks can be answered by a range of contacts: their keys are
// sorted as the contacts of leads are. It reports whether there are interactions among
// them, so that it is worth while to sort leads by their contacts.
func (p *Snapshot) orderAsks(ctx context.Context, asks []*ask) (bool, error) {
	lead := p.source.entities[traverse.Lead]
	contact := lead.fields[traverse.ParentContact]
	if _, lacks := lead.lacks[""]; lacks || lead.absent || contact == nil || p.source.dialect.Order == nil {
		return false, nil
	}
	release, err := p.take(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	order := func(e *entity, c *column) (name string, err error) {
		if c.storage != Text {
			return c.storage.String(), nil
		}
		err = p.use(ctx, func(db Queryer) error {
			name, err = nameOfOrder(ctx, db, p.source.dialect.Order(c.quoted, e.from))
			return err
		})
		if err != nil && ctx.Err() == nil && p.lost == nil {
			return "", nil // the database does not know the query; others do without the order
		}
		return name, err
	}
	if !slices.Contains([]Storage{Text, Integer, UUID}, contact.storage) {
		return false, nil
	}
	want, err := order(lead, contact)
	if err != nil || want == "" {
		return false, err
	}
	some := false
	for _, a := range asks {
		key := a.table.plan.key
		if a.target != traverse.Contact || key.storage != contact.storage {
			continue
		}
		got, err := order(a.table.plan.entity, key)
		if err != nil {
			return false, err
		}
		a.ordered = got == want
		some = some || a.ordered && p.source.schema.Entity(a.table.query.Entity).Kind() == traverse.Interaction
	}
	return some, nil
}

// nameOfOrder returns the text that a statement selects.
func nameOfOrder(ctx context.Context, db Queryer, statement string) (string, error) {
	rows, err := db.Query(ctx, statement)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var cell Cell
	name := ""
	for rows.Next() {
		if err := rows.Scan([]*Cell{&cell}); err != nil {
			return "", err
		}
		v, err := decodeID(cell.raw)
		if err != nil {
			return "", &valueError{"", err}
		}
		name = v.Text()
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	return name, rows.Close()
}

// A contactLister lists leads by their contacts, and then those without one.
type contactLister struct {
	snapshot *Snapshot
	after    []any // the contact and the id of the last lead, as the database returned them, or its id alone
	without  bool  // only leads without a contact are left
	done     bool
}

// page returns up to n more leads, and none at the end.
func (l *contactLister) page(ctx context.Context, n int) ([]listedLead, error) {
	var leads []listedLead
	for len(leads) < n && !l.done {
		release, err := l.snapshot.take(ctx)
		if err != nil {
			return nil, failed(ctx, "listing the leads", err)
		}
		err = l.snapshot.use(ctx, func(db Queryer) error { return l.read(ctx, db, n-len(leads), &leads) })
		release()
		if err != nil {
			return nil, failed(ctx, "listing the leads", err)
		}
	}
	return leads, nil
}

// statement returns the statement for n leads after the last one.
func (l *contactLister) statement(n int) string {
	s := l.snapshot.source
	e := s.entities[traverse.Lead]
	contact := e.fields[traverse.ParentContact]
	id, by, where, sorted := e.id.quoted, contact.quoted, " IS NOT NULL", ""
	switch place := s.dialect.placeholder; {
	case l.without && l.after != nil:
		where, sorted = " IS NULL AND "+id+" > "+place(1), id
	case l.without:
		where, sorted = " IS NULL", id
	case l.after != nil:
		where, sorted = " IS NOT NULL AND ("+by+", "+id+") > ("+place(1)+", "+place(2)+")", by+", "+id
	default:
		sorted = by + ", " + id
	}
	return "SELECT " + e.id.selects + ", " + contact.selects + " FROM " + e.from + " WHERE " + id + " IS NOT NULL AND " + by + where +
		" ORDER BY " + sorted + " LIMIT " + strconv.Itoa(n)
}

// read adds up to n more leads.
func (l *contactLister) read(ctx context.Context, db Queryer, n int, leads *[]listedLead) error {
	s := l.snapshot.source
	e := s.entities[traverse.Lead]
	contact := e.fields[traverse.ParentContact]
	rows, err := db.Query(ctx, l.statement(n), l.after...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unchanged(&s.dialect, rows, []*column{e.id, contact}); err != nil {
		return err
	}
	var id, by Cell
	found := 0
	for ; rows.Next(); found++ {
		if err := rows.Scan([]*Cell{&id, &by}); err != nil {
			return err
		}
		if l.after = []any{by.raw, id.raw}; l.without {
			l.after = []any{id.raw}
		}
		lead, err := e.id.decode(id.raw)
		if err != nil {
			if err := s.unreadableLead(id.raw, err); err != nil {
				return err
			}
			continue
		}
		owner, err := contact.decode(by.raw)
		if err != nil { // the lead's record has the error, too
			owner = traverse.Value{}
		}
		if lead.Text() != "" {
			*leads = append(*leads, listedLead{lead.Text(), owner.Text()})
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if found < n {
		l.done, l.without, l.after = l.without, true, nil
	}
	return rows.Close()
}

package eval

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/alike"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Suggest returns what an id that is not that of a lead may have been meant to be, as
// the Help of a [LeadError]: the lead with nearly the same id, or the leads of the contact
// or account that has it. It returns "" if there is nothing like it, if source does not
// lend its columns, or once ctx is done. It looks at all leads.
func Suggest(ctx context.Context, source traverse.Source, id string) string {
	store := lentStore(source)
	if store == nil {
		return ""
	}
	help := ""
	_ = store.Use(ctx, 0, func() error {
		help = suggest(ctx, store, id)
		return nil
	}) // it fails once ctx is done
	return help
}

func suggest(ctx context.Context, store *columns.Store, id string) string {
	leads := store.Table(traverse.Lead)
	if leads == nil {
		return ""
	}
	ids := leadIDs(ctx, leads)
	if near := alike.Near(id, ids); near != "" {
		return fmt.Sprintf("did you mean %s, which differs in %s?", shown.Quote(near), alike.Difference(id, near))
	}
	if is := leadsOf(ctx, store, leads, id); is != "" {
		return is
	}
	if near := nearest.Only(id, withDigitsOf(id, ids)); near != "" {
		return fmt.Sprintf("did you mean %s?", shown.Quote(near))
	}
	return ""
}

// leadIDs yields the ids of leads until ctx is done.
func leadIDs(ctx context.Context, leads *columns.Table) iter.Seq[string] {
	return func(yield func(string) bool) {
		const often = 1 << 12
		for row := range leads.Rows() {
			if row%often == 0 && ctx.Err() != nil || !yield(leads.ID(leads.RowKey(row))) {
				return
			}
		}
	}
}

// withDigitsOf yields the ids that have the same digits as id: one that differs in these
// is more likely another record than a misspelling.
func withDigitsOf(id string, ids iter.Seq[string]) iter.Seq[string] {
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
	}
	want := digits(id)
	return func(yield func(string) bool) {
		for near := range ids {
			if digits(near) == want && !yield(near) {
				return
			}
		}
	}
}

// leadsOf says that id is that of a contact or an account, and which leads it has. It
// returns "" if it is neither.
func leadsOf(ctx context.Context, store *columns.Store, leads *columns.Table, id string) string {
	for _, parent := range []struct{ entity, by, what string }{
		{traverse.Contact, traverse.ParentContact, "a Contact"}, {traverse.Account, traverse.ParentAccount, "an Account"},
	} {
		by := leads.Column(parent.by)
		t := store.Table(parent.entity)
		if by == nil || t == nil || by.To != t {
			continue
		}
		key := t.Key(id)
		if key == 0 || t.Row(key) < 0 {
			continue
		}
		var has []string
		for row := range leads.Rows() {
			if columns.Key(leads.Cells(row)[by.At]) == key {
				has = append(has, leads.ID(leads.RowKey(row)))
			}
		}
		if ctx.Err() != nil {
			return ""
		}
		return fmt.Sprintf("it is the id of %s, %s", parent.what, whose(has, parent.by))
	}
	return ""
}

// whose says which leads have a contact or account that by refers to.
func whose(leads []string, by string) string {
	const most = 3
	slices.Sort(leads)
	var quoted []string
	for _, id := range leads[:min(most, len(leads))] {
		quoted = append(quoted, shown.Quote(id))
	}
	last := len(quoted) - 1
	switch {
	case last < 0:
		return fmt.Sprintf("which is the %s of no lead", by)
	case last == 0:
		return "whose lead is " + quoted[0]
	case len(leads) > most:
		return fmt.Sprintf("whose leads are %s and %d more", strings.Join(quoted, ", "), len(leads)-most)
	}
	return fmt.Sprintf("whose leads are %s and %s", strings.Join(quoted[:last], ", "), quoted[last])
}

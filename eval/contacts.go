package eval

import (
	"context"
	"errors"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// Contacts calls yield with the id of each contact that some interactions name from which
// leads are created, until it returns false. It fails if the source does not lend its
// columns, and once ctx is done.
func Contacts(ctx context.Context, source traverse.Source, creations []*check.Creation, yield func(id string) bool) error {
	store := lentStore(source)
	if store == nil {
		return errors.New("the source does not hold its records in memory: name the contacts")
	}
	var ids []string
	err := store.Use(ctx, 0, func() error {
		seen := map[columns.Key]bool{}
		for _, c := range creations {
			for _, kind := range kindsOf(c.Child()) {
				if err := contactsOf(ctx, store.Table(kind.Name()), seen, &ids); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !yield(id) {
			return nil
		}
	}
	return nil
}

// kindsOf returns the interactions of the root of a child.
func kindsOf(c *check.Child) []*traverse.Entity {
	if c.Kinds != nil {
		return c.Kinds
	}
	return []*traverse.Entity{c.Path[0].Entity}
}

// contactsOf adds the contacts that the records of a table name, which may be nil.
func contactsOf(ctx context.Context, t *columns.Table, seen map[columns.Key]bool, ids *[]string) error {
	if t == nil {
		return nil
	}
	by := t.Column(traverse.Contact)
	if by == nil || by.To == nil {
		return nil
	}
	const often = 1 << 12
	for row := range t.Rows() {
		if row%often == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if key := columns.Key(t.Cells(row)[by.At]); key != 0 && !seen[key] {
			seen[key] = true
			*ids = append(*ids, by.To.ID(key))
		}
	}
	return nil
}

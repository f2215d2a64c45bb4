package database

import (
	"cmp"
	"slices"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

// A place is where an interaction of some kind is in the data.
type place struct{ contact, record int }

// order returns the interactions of one kind in the order of their times: in a table
// that is written day by day, those of one contact are spread out.
func order(d *crm.Data, kind int) []place {
	var all []place
	for i := range d.Contacts {
		for j := range d.Contacts[i].Interactions[kind] {
			all = append(all, place{i, j})
		}
	}
	at := func(p place) int64 { return d.Contacts[p.contact].Interactions[kind][p.record].Time }
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.contact, b.contact), cmp.Compare(a.record, b.record))
	})
	return all
}

package columns_test

import (
	"fmt"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// A passing fills a store with records that are deleted later, between those of a test,
// so that it has much to tidy up. They refer to no record of the test.
type passing struct {
	store *columns.Store
	held  []change
	made  int
}

// renew adds records of an entity, and deletes those that were added before.
func (p *passing) renew(t failer, entity string, n int) {
	before := p.held
	p.held = nil
	for range n {
		p.made++
		c := change{entity: entity, id: fmt.Sprint("passing ", p.made), values: map[string]traverse.Value{}}
		for _, column := range p.store.Table(entity).Columns() {
			switch {
			case column.To != nil:
				c.values[column.Name] = traverse.TextValue(fmt.Sprint("passing ", p.made/3))
			case column.Type == traverse.Text:
				c.values[column.Name] = traverse.TextValue(fmt.Sprint("passing text ", p.made))
			case column.Type == traverse.Time:
				c.values[column.Name] = traverse.MicrosValue(int64(p.made % 7))
			}
		}
		if err := p.store.Put(entity, c.id, values(p.store, entity, c.values)...); err != nil {
			t.Fatal(err)
		}
		p.held = append(p.held, c)
	}
	for _, c := range before {
		if was, err := p.store.Delete(c.entity, c.id); err != nil || !was {
			t.Fatal("deleting ", c.id, was, err)
		}
	}
}

package database

import (
	"context"
	"fmt"
	"runtime"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/measure"
	"github.com/leadscore/leadscore/bench/internal/rules"
)

// All returns the contest of all leads in one stream from the database against
// the same from memory, and how many statements the stream takes. Both have given
// every lead the same score, and each need was asked for at most once per batch.
func (d *Database) All(lab *measure.Lab, size, batch int, opts ...leadscore.Option) (measure.Contest, int, error) {
	e := engine.Over("leadscore over "+d.Name, d.load, append(opts, leadscore.Batch(batch))...)
	c, asked, err := d.against(lab, engine.Memory, e, size)
	if err != nil {
		return c, 0, err
	}
	needs, err := needs(size)
	if err != nil {
		return c, 0, err
	}
	leads := len(lab.Data.Leads)
	batches := (leads + batch - 1) / batch
	if asked < batches || asked > needs*batches {
		return c, 0, fmt.Errorf("%s: %d statements for %d rules with %d needs and %d batches", d.Name, asked, size, needs, batches)
	}
	c.Slices = measure.Whole(leads)
	return c, asked, nil
}

// One returns the contest of leads one at a time, as requests ask for them, and
// the most statements that one took: at most one for each need.
func (d *Database) One(lab *measure.Lab, size int) (measure.Contest, int, error) {
	e := engine.OneOver("leadscore over "+d.Name+", one by one", d.load)
	c, _, err := d.against(lab, engine.MemoryOne, e, size)
	if err != nil {
		return c, 0, err
	}
	needs, err := needs(size)
	if err != nil {
		return c, 0, err
	}
	// A thousand leads spread over the data.
	all := len(lab.Data.Leads)
	n := min(all, 1000)
	some := measure.Slice{Times: 1}
	most := 0
	for i := range n {
		lead := i * all / n
		some.Leads = append(some.Leads, lead)
		if err := c.Other([]int{lead}, make([]int64, 1)); err != nil {
			return c, 0, err
		}
		asked := d.Statements()
		if asked < 1 || asked > needs {
			return c, 0, fmt.Errorf("%s: %d statements for %s and %d rules with %d needs", d.Name, asked, lab.Data.Leads[lead].ID, size, needs)
		}
		most = max(most, asked)
	}
	c.Slices = []measure.Slice{some}
	return c, most, nil
}

func (d *Database) load(*crm.Data, *leadscore.Schema) (leadscore.Source, error) { return d.Source, nil }

// against returns a contest without slices, and how many statements all leads took.
func (d *Database) against(lab *measure.Lab, base, e *engine.Engine, size int) (measure.Contest, int, error) {
	m := rules.Measured(size)
	memory, err := lab.Scorer(base, m)
	if err != nil {
		return measure.Contest{}, 0, err
	}
	other, err := lab.Scorer(e, m)
	if err != nil {
		return measure.Contest{}, 0, err
	}
	d.Statements()
	if err := measure.Equal(lab.Data, m, base.Name, e.Name, memory, other); err != nil {
		return measure.Contest{}, 0, err
	}
	return measure.Contest{
		Name: fmt.Sprint(size), What: e.Name, Against: base.Name, Base: memory, Other: other, Procs: runtime.GOMAXPROCS(0),
	}, d.Statements(), nil
}

// needs returns how many needs the model of that size has.
func needs(size int) (int, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return 0, err
	}
	model, err := leadscore.Compile("rules", rules.Measured(size).Text(), schema)
	if err != nil {
		return 0, err
	}
	return len(model.Needs()), nil
}

// Version returns the version of the database.
func (d *Database) Version(ctx context.Context) (string, error) {
	query := "SELECT sqlite_version()"
	if d.Name == "PostgreSQL" {
		query = "SHOW server_version"
	}
	var version string
	err := d.db.QueryRowContext(ctx, query).Scan(&version)
	return version, err
}

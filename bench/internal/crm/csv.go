package crm

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// GenerateInteractions makes data with exactly so many interactions, and the
// leads that have them.
func GenerateInteractions(n int, seed uint64) *Data {
	const each = 45 // a lead has 48, about
	for leads := n/each + 100; ; leads *= 2 {
		if d := Generate(leads, seed); d.cut(n) {
			return d
		}
	}
}

// cut leaves n interactions and the leads that have them, or reports that there
// are less.
func (d *Data) cut(n int) bool {
	for i := range d.Contacts {
		for kind, records := range d.Contacts[i].Interactions {
			if len(records) > n {
				d.Contacts[i].Interactions[kind] = records[:n]
			}
			n -= min(n, len(records))
		}
		if n == 0 {
			d.Leads, d.Contacts = d.Leads[:i+1], d.Contacts[:i+1]
			return true
		}
	}
	return false
}

// WriteCSV writes the data into a folder, in a table for each entity.
func (d *Data) WriteCSV(dir string) error {
	err := table(dir, Account, nil, func(add func(*Record, ...string) error) error {
		for i := range d.Accounts {
			if err := add(&d.Accounts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = table(dir, Contact, []string{"ParentAccount"}, func(add func(*Record, ...string) error) error {
		for i := range d.Contacts {
			account := ""
			if at := d.Contacts[i].Account; at >= 0 {
				account = d.Accounts[at].ID
			}
			if err := add(&d.Contacts[i].Record, account); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = table(dir, Lead, []string{"ParentContact"}, func(add func(*Record, ...string) error) error {
		for i := range d.Leads {
			if err := add(&d.Leads[i].Record, d.Contacts[d.Leads[i].Contact].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for kind, e := range Interactions {
		err := table(dir, e, []string{"Contact", "Timestamp"}, func(add func(*Record, ...string) error) error {
			for i := range d.Contacts {
				c := &d.Contacts[i]
				for j := range c.Interactions[kind] {
					r := &c.Interactions[kind][j]
					if err := add(r, c.ID, time.UnixMicro(r.Time).UTC().Format(time.RFC3339Nano)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// table writes the table of an entity: each record's id, what it refers to, and
// its fields.
func table(dir string, e *Entity, more []string, records func(add func(r *Record, more ...string) error) error) error {
	file, err := os.Create(filepath.Join(dir, e.Name+".csv"))
	if err != nil {
		return err
	}
	defer file.Close()
	w := csv.NewWriter(file)
	row := append([]string{"id"}, more...)
	for _, f := range e.Fields {
		row = append(row, f.Name)
	}
	if err := w.Write(row); err != nil {
		return err
	}
	err = records(func(r *Record, more ...string) error {
		row = append(append(row[:0], r.ID), more...)
		for i, v := range r.Values {
			text := v.Text
			if e.Fields[i].Type == Number && !math.IsNaN(v.Number) {
				text = strconv.FormatFloat(v.Number, 'f', -1, 64)
			}
			row = append(row, text)
		}
		return w.Write(row)
	})
	if err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return file.Close()
}

package crm_test

import (
	"reflect"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/crm"
)

func TestGenerateIsDeterministic(t *testing.T) {
	if !reflect.DeepEqual(text(crm.Generate(20, 7)), text(crm.Generate(20, 7))) {
		t.Error("one seed made different data")
	}
	if reflect.DeepEqual(text(crm.Generate(20, 7)), text(crm.Generate(20, 8))) {
		t.Error("two seeds made the same data")
	}
}

// text lists what can be compared: NaN equals nothing, itself included.
func text(d *crm.Data) []string {
	var all []string
	for _, c := range d.Contacts {
		for kind, records := range c.Interactions {
			for _, r := range records {
				all = append(all, crm.Interactions[kind].Name+r.ID)
				for _, v := range r.Values {
					all = append(all, v.Text)
				}
			}
		}
	}
	return all
}

func TestSizes(t *testing.T) {
	d := crm.Generate(3000, 1)
	if mean := d.Interactions() / len(d.Leads); mean < 40 || mean > 60 {
		t.Errorf("%d interactions a lead", mean)
	}
	most := 0
	for _, c := range d.Contacts {
		n := 0
		for _, records := range c.Interactions {
			n += len(records)
			for _, r := range records {
				if age := crm.AsOf.UnixMicro() - r.Time; age < 0 || age >= crm.Days*crm.DayMicros {
					t.Errorf("%s lies %d microseconds back", r.ID, age)
				}
			}
		}
		most = max(most, n)
	}
	if most < 500 {
		t.Errorf("nobody has more than %d interactions", most)
	}
}

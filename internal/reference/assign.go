package reference

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// An Assigned is what one assignment gives to a lead.
type Assigned struct {
	Lead, Assignment string
	// Rule is the name of the rule that applies, or "". Then NoRule says that the lead is in
	// the audience, so that otherwise applies.
	Rule   string
	NoRule bool
	Values []Setting
}

// A Setting is a field that is set, and the value that the lead gets.
type Setting struct {
	Field  string
	Values []dsl.Literal // one, or what is chosen
}

// Assign returns what every assignment of files gives to a lead, in their order. stopped are
// the models that are stopped. It returns an error if there is no such lead.
func Assign(files []*dsl.File, schema *traverse.Schema, data Data, lead string, asOf time.Time, stopped ...string) ([]Assigned, error) {
	results, err := Score(files, schema, data, lead, asOf)
	if err != nil {
		return nil, err
	}
	at := &staging{
		audience: newScoring(populace, schema, data, data.find(traverse.Lead, lead), asOf),
		results:  Stopped(results, stopped...),
	}
	var list []Assigned
	for _, f := range files {
		for _, b := range f.Blocks {
			if b, ok := b.(*dsl.Assignment); ok {
				list = append(list, at.assign(b, lead))
			}
		}
	}
	return list, nil
}

func (s *staging) assign(b *dsl.Assignment, lead string) Assigned {
	out := Assigned{Lead: lead, Assignment: b.Name.Value}
	var otherwise *dsl.SetValues
	for _, c := range b.Clauses { // "a lead that does not belong to it gets nothing"
		if a, ok := c.(*dsl.Audience); ok && !s.allHold(a.Items) {
			return out
		}
		if o, ok := c.(*dsl.Otherwise); ok {
			otherwise = o.Set
		}
	}
	for _, c := range b.Clauses { // "The first rule that holds applies, and no other."
		// "A rule holds if its children hold, as those of an audience do, and its `when` does."
		if r, ok := c.(*dsl.AssignmentRule); ok && s.allHold(r.Items) && (r.When == nil || s.decides(r.When)) {
			out.Rule, out.Values = r.Name.Value, settings(r.Set, lead, r.Name.Value)
			return out
		}
	}
	out.NoRule = true
	if otherwise != nil {
		out.Values = settings(otherwise, lead, "")
	}
	return out
}

// allHold reports whether children and blocks hold, as those of an audience do.
func (s *staging) allHold(items []dsl.Item) bool {
	return s.audience.multiplier(items, nil, &Contribution{}).Sign() > 0
}

// settings returns the values that a lead gets.
func settings(set *dsl.SetValues, lead, rule string) []Setting {
	var list []Setting
	for _, v := range set.Values {
		out := Setting{Field: v.Field.Text, Values: v.Values}
		if v.OneOf {
			out.Values = v.Values[place(lead, rule, len(v.Values)):][:1]
		}
		list = append(list, out)
	}
	return list
}

// place follows "the number that the first 8 bytes of the hash are, … modulo the number of
// values".
func place(lead, rule string, n int) int {
	hash := sha256.New()
	for _, text := range []string{lead, rule} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		hash.Write(length[:])
		hash.Write([]byte(text))
	}
	first := new(big.Int).SetBytes(hash.Sum(nil)[:8])
	return int(first.Mod(first, big.NewInt(int64(n))).Int64())
}

package language

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/zones"
)

// Complete returns what can be written at an offset of a file, the best first: at most 40
// candidates that go on with what is typed there. It returns nothing in comments and for
// names that begin there.
func (s *Snapshot) Complete(name string, offset int) []Candidate {
	f := s.file(name)
	if f == nil {
		return nil
	}
	c := &completion{place: newPlace(s, f, offset)}
	c.typed = c.place.typed()
	c.at = f.rangeOf(c.place.Token)
	if c.at.End < c.at.Start {
		c.at.End = c.at.Start
	}
	for _, k := range c.place.Kinds {
		if k != dsl.KindSign {
			c.kind(k)
		}
	}
	c.words(dsl.KindSign) // an editor closes braces itself
	return c.best()
}

// kind adds the candidates of a kind.
func (c *completion) kind(k dsl.Kind) {
	switch k {
	case dsl.KindKeyword, dsl.KindOperator, dsl.KindUnit:
		c.words(k)
	case dsl.KindRoot:
		c.roots()
	case dsl.KindHop:
		c.hops()
	case dsl.KindField:
		c.fields()
	case dsl.KindReference:
		c.references()
	case dsl.KindEntity, dsl.KindInteraction:
		c.entities(k)
	case dsl.KindValue:
		c.values()
	case dsl.KindLet:
		c.lets()
	case dsl.KindNumber:
		c.numbers()
	case dsl.KindSpan:
		c.spans()
	case dsl.KindMoment:
		for _, text := range c.place.s.used().moments.most() {
			c.value(text, "")
		}
	case dsl.KindZone:
		for _, zone := range slices.Concat(frequentZones, zones.Names) {
			c.text(zone, "time zone")
		}
	default:
		c.names(k)
	}
}

// frequentZones are time zones of many people, which come before all others.
var frequentZones = []string{
	"America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver", "America/Toronto", "America/Sao_Paulo", "America/Mexico_City",
	"Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Zurich", "Europe/Amsterdam", "Europe/Warsaw",
	"Asia/Tokyo", "Asia/Shanghai", "Asia/Kolkata", "Asia/Singapore", "Asia/Dubai", "Asia/Seoul", "Asia/Hong_Kong",
	"Australia/Sydney", "Pacific/Auckland", "Africa/Johannesburg", "Africa/Cairo", "Africa/Lagos", "UTC",
}

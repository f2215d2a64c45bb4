package tables

import (
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/traverse"
)

// nullWords returns those of some values that programs and people write for null.
func nullWords(values []string) []string {
	var words []string
	for _, v := range values {
		switch strings.ToLower(v) {
		case "null", "none", "nil", "nan", "n/a", "na", "-", "--", "?", `\n`, "(blank)", "(empty)", "unknown", "select",
			"0000-00-00", "0000-00-00 00:00:00":
			words = append(words, v)
		}
	}
	return words
}

// dayFormats are the layouts of days that are tried for times and dates, those of the
// United States before the others.
var dayFormats = []string{"01/02/2006", "1/2/2006", "1/2/06", "02/01/2006", "2/1/2006", "2/1/06", "02.01.2006", "2.1.2006", "02-01-2006", "2-Jan-2006", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006"}

// clockFormats are the layouts of times of day.
var clockFormats = []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM", ", 3:04 PM", ", 3:04:05 PM", ", 15:04", ", 15:04:05"}

// stylesOf returns ways of writing values of a type, the most likely first. Each sets
// what a column says of it.
func stylesOf(typ traverse.Type, values []string) []func(*Column) {
	styles := []func(*Column){func(*Column) {}}
	add := func(style func(*Column)) { styles = append(styles, style) }
	switch typ {
	case traverse.Number:
		var units []string
		for _, v := range values {
			if unit := unitOf(v); unit != "" && !slices.Contains(units, unit) {
				units = append(units, unit)
			}
		}
		for _, decimal := range []string{"", ".", ","} {
			if decimal != "" {
				add(func(c *Column) { c.Decimal = decimal })
			}
			if len(units) == 1 {
				add(func(c *Column) { c.Decimal, c.Unit = decimal, units })
			}
		}
	case traverse.Time, traverse.Date:
		if format := countOf(values); format != "" {
			return append(styles, func(c *Column) { c.Format = []string{format} })
		}
		for _, day := range dayFormats {
			for _, clock := range clockFormats {
				add(func(c *Column) { c.Format = []string{day + clock} })
			}
		}
	}
	return styles
}

// countOf returns the format of numbers that count the time, by their size, or "".
func countOf(values []string) string {
	format := ""
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		is := ""
		switch {
		case err != nil:
		case n > 20_000 && n < 80_000: // 1954 to 2119
			is = excelDays
		case n > 5e8 && n < 5e9: // 1985 to 2128
			is = unixSeconds
		case n > 5e11 && n < 5e12:
			is = unixMillis
		}
		if is == "" || format != "" && is != format {
			return ""
		}
		format = is
	}
	return format
}

// mayName reports whether the name of a column suits a reference.
func (c *sampleColumn) mayName(r traverse.Relationship) bool {
	return likeness(c.words, wordsOf(r.Name)) > 0 || likeness(c.words, wordsOf(r.Target)) > 0 ||
		slices.Contains(c.words, "id") || slices.Contains(c.words, "key")
}

// isTelling reports whether a value is unlikely to be among others by chance, as small
// numbers are.
func isTelling(v string) bool {
	_, err := strconv.ParseFloat(v, 64)
	return err != nil && len(v) > 3 || len(v) > 5
}

// isKey reports whether a column may be one by which other files name its records.
func (c *sampleColumn) isKey() bool {
	return slices.ContainsFunc(c.words, func(w string) bool {
		return slices.Contains([]string{"id", "email", "key", "number", "cod", "uuid", "guid"}, w)
	})
}

// decimalOf returns "," if some number of a sample has a comma that groups no digits,
// and otherwise "".
func (s *sample) decimalOf() string {
	for _, c := range s.columns {
		for _, v := range c.values {
			if unit := unitOf(v); unit != "" {
				v = (&numberStyle{units: []string{unit}}).bare(v)
			}
			_, after, _ := strings.Cut(v, ",")
			if plain, ok := ungroup(v, ','); ok && after != "" && len(after) != 3 && strings.Trim(plain, "0123456789.+-") == "" {
				return ","
			}
		}
	}
	return ""
}

// tellsTime returns how well the name of a column suits the time at which something
// happened: less is better, and 2 does not.
func (c *sampleColumn) tellsTime() int {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(strings.ToLower(c.name), part) })
	}
	switch {
	case has("sync", "modif", "updat", "delet", "expir", "end"):
		return 2
	case has("timestamp", "occur", "creat", "date", "time", " at", "_at"):
		return 0
	}
	return 1
}

package zones

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/internal/nearest"
)

// A Hint says what to write for a name that is not that of a time zone.
type Hint struct {
	Nearest string // the zone that was most likely meant, or ""
	Sure    bool   // Nearest is the only one that can have been meant
	Help    string // for an offset from UTC, what to write instead; else ""
}

// Suggest returns what to write for a name that Names does not list.
func Suggest(name string) Hint {
	trimmed := strings.TrimSpace(name)
	if minutes, ok := offset(trimmed); ok {
		return Hint{Help: offsetHelp(minutes)}
	}
	if same := otherZones[strings.ToLower(trimmed)]; same != "" {
		return Hint{Nearest: same, Sure: true}
	}
	near := near(trimmed)
	return Hint{Nearest: near, Sure: near != "" && nearest.Only(name, slices.Values(Names)) == near}
}

// String returns the hint for the end of a message, after its own punctuation: a
// question, the help, or what a name looks like.
func (h Hint) String() string {
	switch {
	case h.Help != "":
		return "; " + h.Help
	case h.Nearest != "":
		return nearest.Hint(h.Nearest)
	}
	return "; write one of the IANA database, such as Europe/Berlin"
}

// near suggests a zone by its name or its city. It suggests nothing for an
// abbreviation: those that differ by a letter are hours apart. Neither does it
// suggest a zone of Etc: the signs of those are the other way round.
func near(name string) string {
	const abbreviation = 4
	if len(name) <= abbreviation {
		return ""
	}
	city := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], " ", "_")
	if zone := otherCities[strings.ToLower(city)]; zone != "" {
		return zone
	}
	for _, z := range Names {
		if strings.EqualFold(z[strings.LastIndexByte(z, '/')+1:], city) && !strings.HasPrefix(z, "Etc/") {
			return z
		}
	}
	candidates := func(yield func(string) bool) {
		for _, z := range Names {
			if !strings.HasPrefix(z, "Etc/") && !strings.HasPrefix(z, "GMT") && !yield(z) {
				return
			}
		}
	}
	if near := nearest.Name(name, candidates); len(near) > abbreviation {
		return near
	}
	return ""
}

// offset returns the minutes that a name such as GMT+1, UTC-08:00 or +0530 is ahead
// of UTC. ok is false if it is no such name.
func offset(name string) (minutes int, ok bool) {
	rest := strings.ToUpper(strings.ReplaceAll(name, " ", ""))
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "UTC"), "GMT")
	if len(rest) < 2 || rest[0] != '+' && rest[0] != '-' {
		return 0, false
	}
	hours, rest2, _ := strings.Cut(rest[1:], ":")
	if rest2 == "" && len(hours) > 2 {
		hours, rest2 = hours[:len(hours)-2], hours[len(hours)-2:]
	}
	h, err := strconv.Atoi(hours)
	if err != nil || h < 0 || h > 14 || len(hours) > 2 {
		return 0, false
	}
	m := 0
	if rest2 != "" {
		if m, err = strconv.Atoi(rest2); err != nil || m < 0 || m > 59 {
			return 0, false
		}
	}
	minutes = 60*h + m
	if rest[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

// offsetHelp returns what to write for an offset.
func offsetHelp(minutes int) string {
	place := offsetPlaces[minutes]
	if place == "" {
		return "an offset is not enough, as clocks change in summer; write a place whose clocks are meant, such as Europe/Berlin"
	}
	sign := '+'
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	text := fmt.Sprintf("write a place whose clocks are meant, such as %s", place)
	if place != "UTC" {
		text += fmt.Sprintf(", which is UTC%c%02d:%02d in winter", sign, minutes/60, minutes%60)
	}
	return text
}

// offsetPlaces maps minutes ahead of UTC, in winter, to a large place.
var offsetPlaces = map[int]string{
	-660: "Pacific/Pago_Pago", -600: "Pacific/Honolulu", -540: "America/Anchorage", -480: "America/Los_Angeles",
	-420: "America/Denver", -360: "America/Chicago", -300: "America/New_York", -240: "America/Halifax",
	-210: "America/St_Johns", -180: "America/Sao_Paulo", -120: "America/Noronha", -60: "Atlantic/Azores",
	0: "UTC", 60: "Europe/Berlin", 120: "Europe/Athens", 180: "Europe/Istanbul", 210: "Asia/Tehran", 240: "Asia/Dubai",
	270: "Asia/Kabul", 300: "Asia/Karachi", 330: "Asia/Kolkata", 345: "Asia/Kathmandu", 360: "Asia/Dhaka",
	390: "Asia/Yangon", 420: "Asia/Bangkok", 480: "Asia/Singapore", 540: "Asia/Tokyo", 570: "Australia/Adelaide",
	600: "Australia/Sydney", 660: "Pacific/Noumea", 720: "Pacific/Auckland", 780: "Pacific/Tongatapu",
}

// otherZones maps names of other systems, Windows first of all, to the zone of the
// same clocks. Keys are in lower case.
var otherZones = map[string]string{
	"hawaiian standard time": "Pacific/Honolulu",
	"alaskan standard time":  "America/Anchorage", "pacific standard time": "America/Los_Angeles",
	"us mountain standard time": "America/Phoenix", "mountain standard time": "America/Denver",
	"central america standard time": "America/Guatemala", "central standard time": "America/Chicago",
	"central standard time (mexico)": "America/Mexico_City", "canada central standard time": "America/Regina",
	"sa pacific standard time": "America/Bogota", "eastern standard time": "America/New_York",
	"us eastern standard time": "America/Indiana/Indianapolis", "venezuela standard time": "America/Caracas",
	"atlantic standard time": "America/Halifax", "sa western standard time": "America/La_Paz",
	"pacific sa standard time": "America/Santiago", "newfoundland standard time": "America/St_Johns",
	"e. south america standard time": "America/Sao_Paulo", "argentina standard time": "America/Argentina/Buenos_Aires",
	"azores standard time": "Atlantic/Azores", "gmt standard time": "Europe/London",
	"greenwich standard time": "Atlantic/Reykjavik", "w. europe standard time": "Europe/Berlin",
	"central europe standard time": "Europe/Budapest", "romance standard time": "Europe/Paris",
	"central european standard time": "Europe/Warsaw", "w. central africa standard time": "Africa/Lagos",
	"gtb standard time": "Europe/Bucharest", "e. europe standard time": "Europe/Chisinau",
	"fle standard time": "Europe/Kyiv", "egypt standard time": "Africa/Cairo",
	"south africa standard time": "Africa/Johannesburg", "israel standard time": "Asia/Jerusalem",
	"turkey standard time": "Europe/Istanbul", "russian standard time": "Europe/Moscow",
	"arab standard time": "Asia/Riyadh", "e. africa standard time": "Africa/Nairobi",
	"iran standard time": "Asia/Tehran", "arabian standard time": "Asia/Dubai",
	"pakistan standard time": "Asia/Karachi", "india standard time": "Asia/Kolkata",
	"bangladesh standard time": "Asia/Dhaka", "se asia standard time": "Asia/Bangkok",
	"china standard time": "Asia/Shanghai", "singapore standard time": "Asia/Singapore",
	"taipei standard time": "Asia/Taipei", "w. australia standard time": "Australia/Perth",
	"tokyo standard time": "Asia/Tokyo", "korea standard time": "Asia/Seoul",
	"cen. australia standard time": "Australia/Adelaide", "aus central standard time": "Australia/Darwin",
	"e. australia standard time": "Australia/Brisbane", "aus eastern standard time": "Australia/Sydney",
	"tasmania standard time": "Australia/Hobart", "new zealand standard time": "Pacific/Auckland",
	"eastern time (us & canada)": "America/New_York", "central time (us & canada)": "America/Chicago",
	"mountain time (us & canada)": "America/Denver", "pacific time (us & canada)": "America/Los_Angeles",
}

// otherCities maps large cities that have no zone of their own to the zone that they
// are in. Keys are in lower case.
var otherCities = map[string]string{
	"munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin",
	"stuttgart": "Europe/Berlin", "milan": "Europe/Rome", "barcelona": "Europe/Madrid", "geneva": "Europe/Zurich",
	"basel": "Europe/Zurich", "lyon": "Europe/Paris", "marseille": "Europe/Paris", "manchester": "Europe/London",
	"edinburgh": "Europe/London", "rotterdam": "Europe/Amsterdam", "antwerp": "Europe/Brussels", "krakow": "Europe/Warsaw",
	"gothenburg": "Europe/Stockholm", "st_petersburg": "Europe/Moscow", "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata",
	"new_delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "beijing": "Asia/Shanghai", "shenzhen": "Asia/Shanghai",
	"osaka": "Asia/Tokyo", "abu_dhabi": "Asia/Dubai", "san_francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
	"san_diego": "America/Los_Angeles", "boston": "America/New_York", "washington": "America/New_York",
	"miami": "America/New_York", "atlanta": "America/New_York", "dallas": "America/Chicago", "houston": "America/Chicago",
	"austin": "America/Chicago", "ottawa": "America/Toronto", "rio_de_janeiro": "America/Sao_Paulo",
}

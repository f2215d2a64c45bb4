package nearest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestName(t *testing.T) {
	names := slices.Values([]string{"City", "Country", "JobTitle", "EmailOpened", "EmailClicked", "Id", "Straße"})
	for _, test := range []struct{ name, want string }{
		{"Citty", "City"},
		{"Ctiy", "City"}, // two swapped letters are one slip
		{"city", "City"},
		{"Jobtitel", "JobTitle"},
		{"EmailOpend", "EmailOpened"},
		{"EmailClickt", "EmailClicked"},
		{"Contry", "Country"},
		{"Strase", "Straße"},
		{"City", ""}, // the name itself is no suggestion
		{"Topic", ""},
		{"Ie", ""}, // of so short a name everything is near
		{"id", "Id"},
		{"", ""},
		{strings.Repeat("x", 1<<20), ""},
	} {
		if got := Name(test.name, names); got != test.want {
			t.Errorf("Name(%.20q) = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestHint(t *testing.T) {
	if got, none := Hint("City"), Hint(""); got != "; did you mean City?" || none != "" {
		t.Errorf("got %q and %q", got, none)
	}
}

// Of names that are equally near, the first is returned.
func TestNameFirst(t *testing.T) {
	if got := Name("bat", slices.Values([]string{"cat", "hat"})); got != "cat" {
		t.Errorf("got %q", got)
	}
}

// The work is limited, however many names there are.
func TestNameBounded(t *testing.T) {
	seen := 0
	Name("name", func(yield func(string) bool) {
		for yield("nothing") {
			seen++
		}
	})
	if seen > maxCandidates {
		t.Errorf("%d candidates were looked at", seen)
	}
}

// The banded distance equals the plain one up to its limit.
func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOfN(rapid.SampledFrom([]rune("abcß")), 0, 12)
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		most := rapid.IntRange(0, 4).Draw(t, "most")
		var m matrix
		m.distance([]rune("leftovers of another"), []rune("leftover of anothers"), 3)
		got, want := m.distance(a, b, most), plainDistance(a, b)
		if got != want && (got <= most || want <= most) {
			t.Fatalf("distance(%q, %q, %d) = %d, plainly %d", string(a), string(b), most, got, want)
		}
	})
}

func plainDistance(s, t []rune) int {
	d := make([][]int, len(s)+1)
	for i := range d {
		d[i] = make([]int, len(t)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case s[i-1] == t[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(s)][len(t)]
}

// Only returns a name only if no other is nearly as near.
func TestOnly(t *testing.T) {
	names := slices.Values([]string{"EmailOpened", "EmailSent", "Lead", "Leads", "City", "Code", "CODE", "Hot"})
	for _, test := range []struct{ name, want string }{
		{"EmailOpend", "EmailOpened"}, // EmailSent is three edits away
		{"EmailOpned", "EmailOpened"},
		{"emailopened", "EmailOpened"},
		{"Leeds", ""}, // Leads or Lead
		{"Citty", "City"},
		{"lead", "Lead"},
		{"code", ""}, // two differ by letter case
		{"Hott", "Hot"},
		{"Elephant", ""},
		{"", ""},
	} {
		if got := Only(test.name, names); got != test.want {
			t.Errorf("%q: got %q, want %q", test.name, got, test.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		list := slices.Values(rapid.SliceOfN(rapid.StringMatching(`[abAB]{0,6}`), 0, 6).Draw(t, "candidates"))
		name := rapid.StringMatching(`[abAB]{0,6}`).Draw(t, "name")
		if only := Only(name, list); only != "" && only != Name(name, list) {
			t.Errorf("%q is not what Name returns", only)
		}
	})
}

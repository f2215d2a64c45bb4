package nearest

import (
	"slices"
	"strings"
	"testing"
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

// Of names that are equally near the first is taken.
func TestNameFirst(t *testing.T) {
	if got := Name("bat", slices.Values([]string{"cat", "hat"})); got != "cat" {
		t.Errorf("got %q", got)
	}
}

// However many names there are, the work is bounded.
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

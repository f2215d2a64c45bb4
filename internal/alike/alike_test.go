package alike_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/internal/alike"
)

func TestNear(t *testing.T) {
	for _, test := range []struct{ id, near, differs string }{
		{"L1", "l1", "letter case"},
		{"l1 ", "l1", "blanks around it"},
		{"\u00a0l1", "l1", "blanks around it"},
		{"l\u200b1", "l1", "blanks, or characters that cannot be seen"},
		{"lead  7", "lead 7", "the blanks in it"},
		{"501.0", "501", "a decimal point"},
		{"0501", "501", "leading zeros"},
		{`="501"`, "501", "the signs of a formula"},
		{"003A0000012abcD", "003A0000012abcDIAQ", "length: one has 15 characters, the other 18"},
		{"lеad 7", "lead 7", "letters that look alike"}, // a Cyrillic е
	} {
		ids := []string{"l2", "l1", "lead 7", "501", "003A0000012abcDIAQ"}
		if near := alike.Near(test.id, slices.Values(ids)); near != test.near {
			t.Errorf("%q: the nearest is %q, want %q", test.id, near, test.near)
		}
		if differs := alike.Difference(test.id, test.near); differs != test.differs {
			t.Errorf("%q and %q differ in %q, want %q", test.id, test.near, differs, test.differs)
		}
	}
	if near := alike.Near("l3", slices.Values([]string{"l1", "l2"})); near != "" {
		t.Errorf("l3 is near %q", near)
	}
}

// TestNearIsThatOfIDs: a look-up in one pass and one in an index find the same id.
func TestNearIsThatOfIDs(t *testing.T) {
	id := rapid.StringMatching(`[aA0K .\x{a0}\x{212a}-]{1,4}|003A0000012abc[dD](IAQ)?`)
	rapid.Check(t, func(t *rapid.T) {
		ids, wanted := rapid.SliceOf(id).Draw(t, "ids"), id.Draw(t, "id")
		index := alike.NewIDs(func(yield func(string)) {
			for _, id := range ids {
				yield(id)
			}
		})
		if one, two := alike.Near(wanted, slices.Values(ids)), index.Near(wanted); one != two {
			t.Fatalf("%q and %q", one, two)
		}
	})
}

package modeltest_test

import (
	"strings"
	"testing"

	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/modeltest"
)

// TestStagesNeedTheSet: a model alone has no stages, and a test that expects one says so.
func TestStagesNeedTheSet(t *testing.T) {
	set := scoretest.CompileSet(t, `model "M" { target contact condition "C" { each EmailOpened within last 7 days score +10 } }
stages "S" { stage "Low" stage "High" when score of "M" >= 10 }
test "T" {
    as of 2026-05-31
    Lead with ParentContact = "ada"
    Contact "ada"
    EmailOpened on 2026-05-02
    EmailOpened on 2026-05-20
    expect stage "Low"
    expect event from "High" to "Low"
}
`)
	for r := range modeltest.Results(t.Context(), set) {
		if !r.Passed() {
			t.Error(r)
		}
	}
	if r, ok := modeltest.One(t.Context(), set, "M", "T"); !ok || !r.Passed() {
		t.Errorf("one test: %t, %v", ok, r)
	}
	for _, name := range [][2]string{{"M", "U"}, {"N", "T"}} {
		if r, ok := modeltest.One(t.Context(), set, name[0], name[1]); ok {
			t.Errorf("there is no test %q, and it gave %v", name, r)
		}
	}
	m := set.Models()[0]
	r := modeltest.Of(t.Context(), m, &m.Tests()[0])
	if r.Passed() || r.Err == nil || !strings.Contains(r.Err.Error(), "needs the set of its model") {
		t.Errorf("%v", r)
	}
}

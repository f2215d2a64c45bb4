package leadscore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
)

// TestUnknownLead: the error for an unknown lead names the lead that was meant, or the
// leads of the contact or account that was named instead.
func TestUnknownLead(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", "has Lead"))
	data := scoretest.Source(t, scoretest.Records{
		"Lead": {
			"l1": {"ParentContact": "c1"}, "501": {"ParentContact": "c2"}, "502": {"ParentContact": "c2"},
			"003Qx00000AbCdEIAV": {"ParentAccount": "a1"}, "lead-ada": {"ParentAccount": "a1"},
			"lead-ben-1": {"ParentAccount": "a1"}, "lead-ben-2": {"ParentAccount": "a1"},
		},
		"Contact": {"c1": {}, "c2": {}, "c3": {}},
		"Account": {"a1": {}},
	}).Source
	for id, help := range map[string]string{
		"L1":                 `did you mean "l1", which differs in letter case?`,
		"l1 ":                `did you mean "l1", which differs in blanks around it?`,
		"\u00a0l1":           `did you mean "l1", which differs in blanks around it?`,
		"501.0":              `did you mean "501", which differs in a decimal point?`,
		"0501":               `did you mean "501", which differs in leading zeros?`,
		"003Qx00000AbCdE":    `did you mean "003Qx00000AbCdEIAV", which differs in length: one has 15 characters, the other 18?`,
		"lеad-ada":           `did you mean "lead-ada", which differs in letters that look alike?`, // a Cyrillic е
		"lead-adda":          `did you mean "lead-ada"?`,
		"lead-bem-1":         `did you mean "lead-ben-1"?`,
		"lead-ben-3":         "", // another lead, not a misspelt one
		"503":                "",
		"nobody":             "",
		"":                   "",
		"c1":                 `it is the id of a Contact, whose lead is "l1"`,
		"c2":                 `it is the id of a Contact, whose leads are "501" and "502"`,
		"c3":                 `it is the id of a Contact, which is the ParentContact of no lead`,
		"a1":                 `it is the id of an Account, whose leads are "003Qx00000AbCdEIAV", "lead-ada", "lead-ben-1" and 1 more`,
		"003Qx00000abcdeIAV": `did you mean "003Qx00000AbCdEIAV", which differs in letter case?`,
	} {
		_, err := m.Score(t.Context(), id, data, scoretest.AsOf)
		bad, ok := errors.AsType[*leadscore.LeadError](err)
		if !ok || !errors.Is(err, leadscore.ErrNoLead) {
			t.Errorf("%q: %v", id, err)
			continue
		}
		if bad.Help != help {
			t.Errorf("%q: %s, want %s", id, bad.Help, help)
		}
	}
	_, err := m.Score(t.Context(), "l1\u200b", data, scoretest.AsOf)
	const want = `lead "l1\u200b": no such lead; did you mean "l1", which differs in blanks, or characters that cannot be seen?`
	if fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestUnknownLeadIsNotLookedFor: a source that answers queries is not asked for the ids
// of all leads, a stream of leads does not look through them for each unknown id, and
// nothing is looked for once the context is done.
func TestUnknownLeadIsNotLookedFor(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", "has Lead"))
	data := scoretest.Source(t, scoretest.Records{"Lead": {"l1": {"ParentContact": "c1"}}}).Source
	check := func(what string, err error) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); !ok || bad.Help != "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := m.Score(t.Context(), "L1", struct{ leadscore.Source }{data}, scoretest.AsOf)
	check("a source that is queried", err)
	set, err := leadscore.NewSet(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range set.ScoreAll(t.Context(), leadscore.IDs("L1"), data, scoretest.AsOf) {
		check("a stream", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Score(ctx, "L1", data, scoretest.AsOf); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is done: %v", err)
	}
}

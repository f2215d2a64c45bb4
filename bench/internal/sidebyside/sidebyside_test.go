package sidebyside_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/bench/internal/sidebyside"
)

type scores []struct {
	lead  string
	score int64
}

func (s scores) way(name string) *sidebyside.Way {
	return &sidebyside.Way{Name: name, Run: func(_ context.Context, _ *rules.Model, score func(string, int64)) error {
		for _, x := range s {
			score(x.lead, x.score)
		}
		return nil
	}}
}

func TestEqual(t *testing.T) {
	m := rules.Measured(7)
	first := scores{{"a", 1}, {"b", 2}}.way("first")
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		way  *sidebyside.Way
		want string
	}{
		"another order": {scores{{"b", 2}, {"a", 1}}.way("x"), ""},
		"another score": {scores{{"a", 1}, {"b", 3}}.way("x"), "model 7, b: first gives 2, x gives 3"},
		"a lead less":   {scores{{"a", 1}}.way("x"), "x, model 7: 1 scores of 1 leads; there are 2"},
		"a lead twice":  {scores{{"a", 1}, {"a", 1}}.way("x"), "x, model 7: 2 scores of 1 leads; there are 2"},
		"another lead":  {scores{{"a", 1}, {"c", 2}}.way("x"), "model 7, b: x gives no score"},
		"an error": {&sidebyside.Way{Name: "x", Run: func(context.Context, *rules.Model, func(string, int64)) error {
			return broken
		}}, "x, model 7: broken"},
		"without scores": {&sidebyside.Way{Name: "x", Unscored: true, Run: func(context.Context, *rules.Model, func(string, int64)) error {
			return nil
		}}, ""},
	} {
		err := sidebyside.Equal(t.Context(), 2, m, first, test.way)
		if got := text(err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		// Nothing is measured of ways that differ.
		runs := 0
		counted := *test.way
		counted.Run = func(ctx context.Context, m *rules.Model, score func(string, int64)) error {
			runs++
			return test.way.Run(ctx, m, score)
		}
		_, err = sidebyside.Ways(t.Context(), sidebyside.Own, 2, 3, m, first, &counted)
		if (err == nil) != (test.want == "") || err != nil && runs > 1 {
			t.Errorf("%s: %d runs, %v", name, runs, err)
		}
	}
}

func TestDivide(t *testing.T) {
	first, second := scores{}.way("first"), scores{}.way("second")
	second.Refused = func(m *rules.Model) error {
		if m.Label == "20" {
			return errors.New("too long")
		}
		return nil
	}
	can, refused := sidebyside.Divide(rules.Measured(7), []*sidebyside.Way{second, first})
	if len(can) != 2 || refused != nil {
		t.Errorf("%d ways, %v", len(can), refused)
	}
	can, refused = sidebyside.Divide(rules.Measured(20), []*sidebyside.Way{second, first})
	if len(can) != 1 || can[0] != first || len(refused) != 1 || refused[0].Error() != "second, model 20: too long" {
		t.Errorf("%d ways, %v", len(can), refused)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCosts(t *testing.T) {
	const s = time.Second
	base := sidebyside.Costs{{s, s, 10}, {2 * s, 0, 30}, {s, 3 * s, 20}}
	other := sidebyside.Costs{{4 * s, 0, 0}, {4 * s, 6 * s, 0}, {s, s, 0}}
	if got := [...]time.Duration{base.Median(), base.Client(), base.Server()}; got != [...]time.Duration{2 * s, s, s} {
		t.Errorf("medians %v", got)
	}
	if got := other.Over(base); got != (sidebyside.Ratio{Median: 2, Least: 0.5, Most: 5}) {
		t.Errorf("ratio %v", got)
	}
	if got := base.Bytes(); got != 20 {
		t.Errorf("median of bytes %v", got)
	}
	if got := (sidebyside.Costs{{s, 0, 0}, {3 * s, 0, 0}}).Median(); got != 2*s {
		t.Errorf("median of two %v", got)
	}
	used := sidebyside.Cost{Client: s}
	meter := sidebyside.Meter(func() (sidebyside.Cost, error) { return used, nil })
	server := sidebyside.Meter(func() (sidebyside.Cost, error) { return sidebyside.Cost{Server: used.Client, Bytes: 5}, nil })
	way := &sidebyside.Way{Run: func(context.Context, *rules.Model, func(string, int64)) error {
		used.Client += 2 * s
		used.Server += s
		used.Bytes += 7
		return nil
	}}
	cost, err := meter.Run(t.Context(), way, rules.Measured(7), 3)
	if err != nil || cost != (sidebyside.Cost{Client: 2 * s, Server: s, Bytes: 7}) {
		t.Errorf("cost %v, %v", cost, err)
	}
	cost, err = sidebyside.Together(meter, server).Run(t.Context(), way, rules.Measured(7), 1)
	if err != nil || cost != (sidebyside.Cost{Client: 2 * s, Server: 3 * s, Bytes: 7}) {
		t.Errorf("cost together %v, %v", cost, err)
	}
	unknown := errors.New("unknown")
	bad := sidebyside.Meter(func() (sidebyside.Cost, error) { return sidebyside.Cost{}, unknown })
	if _, err := sidebyside.Together(meter, bad).Run(t.Context(), way, rules.Measured(7), 1); err != unknown {
		t.Errorf("a meter that fails: %v", err)
	}
}

func TestFiles(t *testing.T) {
	const leads, runs = 20, 2
	dir := t.TempDir()
	if err := crm.Generate(leads, 1).WriteCSV(dir); err != nil {
		t.Fatal(err)
	}
	models := []*rules.Model{rules.Measured(7), rules.Measured(20)}
	figures, err := sidebyside.Files(t.Context(), dir, leads, 1, runs, models, sidebyside.Tables, sidebyside.Tables)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		if len(f.Load) != runs || len(f.First) != runs || len(f.Again) != len(models) || len(f.Again[1]) != runs {
			t.Errorf("%+v", f)
		}
	}
	bad := &sidebyside.Loader{Name: "bad", Load: func(context.Context, string, int) (*sidebyside.Way, func() error, error) {
		return scores{}.way("bad"), func() error { return nil }, nil
	}}
	if _, err := sidebyside.Files(t.Context(), dir, leads, 1, runs, models, sidebyside.Tables, bad); err == nil || !strings.Contains(err.Error(), "0 scores") {
		t.Errorf("a loader without scores: %v", err)
	}
	if _, err := sidebyside.Files(t.Context(), t.TempDir(), leads, 1, runs, models, sidebyside.Tables); err == nil {
		t.Error("no error for a folder without files")
	}
}

package leadscore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// stoppable is two models, of which the second needs records of two entities more.
const stoppable = `
model "Fit" {
    target lead
    condition "Any" {
        has Lead
        score +10
    }
    sales ready at 10
}

model "Interest" {
    target contact
    condition "Opened" {
        each EmailOpened
        score +5
    }
    condition "Large account" {
        has Lead.ParentContact.ParentAccount where NumberOfEmployees > 500
        score +5
    }
    dimension "Size" {
        condition "Any lead" {
            has Lead
            score +1
        }
    }
    sales ready at 1
}
`

func stoppableSet(t *testing.T, stopped ...string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: stoppable}})
	if err != nil {
		t.Fatal(err)
	}
	less, err := set.Stop(stopped...)
	if err != nil {
		t.Fatal(err)
	}
	return less
}

// TestStopUnknownModel: a name that the set does not have is refused, with the nearest one.
func TestStopUnknownModel(t *testing.T) {
	_, err := stoppableSet(t).Stop("Intrest")
	if err == nil || err.Error() != `leadscore: the set has no model "Intrest"; did you mean "Interest"?` {
		t.Error(err)
	}
}

// failing is a source that fails for entities.
type failing struct {
	leadscore.Source
	entities []string
}

func (f failing) Fetch(ctx context.Context, q *traverse.Query, rows *traverse.Rows) error {
	if slices.Contains(f.entities, q.Entity) {
		return errors.New("not there")
	}
	return f.Source.Fetch(ctx, q, rows)
}

// TestStoppedModelNeedsNothing: what only a stopped model needs is not asked for, so that
// leads do not fail because of it.
func TestStoppedModelNeedsNothing(t *testing.T) {
	set := stoppableSet(t)
	data := memory.New(set.Schema())
	if err := data.Add("Lead", "l", memory.Record{"ParentContact": "c"}); err != nil {
		t.Fatal(err)
	}
	source := failing{data, []string{"EmailOpened", "Contact", "Account"}}
	if _, err := set.Score(t.Context(), "l", source); err == nil {
		t.Fatal("the source did not fail")
	}
	less := stoppableSet(t, "Interest")
	r, err := less.Score(t.Context(), "l", source)
	if err != nil || !r.SalesReady || r.Results[1].Status != leadscore.Stopped || r.Results[1].SalesReady || r.Results[1].AsOf().IsZero() {
		t.Errorf("%+v, %v", r, err)
	}
	for _, n := range less.Needs() {
		if n.Entity != "Lead" {
			t.Errorf("it needs %s", n.Entity)
		}
	}
	text, err := json.Marshal(r.Results[1])
	var got struct{ Status leadscore.Status }
	if err := errors.Join(err, json.Unmarshal(text, &got)); err != nil || got.Status != leadscore.Stopped {
		t.Errorf("%s, %v", text, err)
	}
}

// TestStoppedColumns: columns that held the scores of a model hold its status once it is
// stopped, and none for a lead that is not there.
func TestStoppedColumns(t *testing.T) {
	set := stoppableSet(t)
	data := memory.New(set.Schema())
	if err := data.Add("Lead", "l", memory.Record{"ParentContact": "c"}); err != nil {
		t.Fatal(err)
	}
	var scores leadscore.Scores
	for _, stopped := range [][]string{nil, {"Interest"}, {"Fit", "Interest"}, nil} {
		if err := stoppableSet(t, stopped...).ScoreInto(t.Context(), []string{"l", "nobody"}, data, &scores); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"Fit", "Interest"} {
			want := leadscore.Scored
			if slices.Contains(stopped, name) {
				want = leadscore.Stopped
			}
			if got := scores.Status(i); got[0] != want || got[1] != leadscore.NoStatus || (scores.Score(i)[0] != 0) != (want == leadscore.Scored) {
				t.Errorf("stopped %q: model %s has %v, %v", stopped, name, got, scores.Score(i))
			}
			if r := scores.Result(0, i); r.Status != want || r.SalesReady != (want == leadscore.Scored) {
				t.Errorf("stopped %q: %v", stopped, r)
			}
		}
		if !errors.Is(scores.Err(1), leadscore.ErrNoLead) || scores.Dimensions(1) != 1 {
			t.Errorf("stopped %q: %v, %d dimensions", stopped, scores.Err(1), scores.Dimensions(1))
		}
	}
}

// A model that turns out to be wrong is stopped, and the others go on.
func ExampleSet_Stop() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: stoppable}})
	if err != nil {
		panic(err)
	}
	data := memory.New(set.Schema())
	if err := data.Add("Lead", "lead-ada", memory.Record{"ParentContact": "ada"}); err != nil {
		panic(err)
	}
	set, err = set.Stop("Interest")
	if err != nil {
		panic(err)
	}
	r, err := set.Score(context.Background(), "lead-ada", data)
	if err != nil {
		panic(err)
	}
	for _, r := range r.Results {
		fmt.Println(r)
	}
	// Output:
	// "lead-ada", Fit: score 10, sales ready
	// "lead-ada", Interest: stopped
}

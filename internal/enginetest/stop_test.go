package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/traverse"
)

// endless is a source of leads l0, l1 and so on, each with a contact who opened one
// email, except that the emails of one contact do not end.
type endless struct {
	contact string
	given   int // emails of that contact
	most    int // of one query
}

func (e *endless) Fetch(_ context.Context, q *traverse.Query, out *traverse.Rows) error {
	values := make([]traverse.Value, len(q.Fields))
	for _, k := range q.Keys {
		for i, name := range q.Fields {
			values[i] = traverse.Value{}
			if name == "ParentContact" || name == "Contact" {
				values[i] = traverse.TextValue("c" + k[1:])
			}
		}
		if q.By == "" {
			out.Add(k, k, values...)
			continue
		}
		before := e.given
		for i := 0; i == 0 || k == e.contact && !out.Full(); i++ {
			out.Add(k, fmt.Sprint(k, "-", i), values...)
			if k == e.contact {
				e.given++
			}
		}
		e.most = max(e.most, e.given-before)
		if out.Full() {
			return nil
		}
	}
	return nil
}

// TestSourceStops: a source is told after how many records it may stop, so that a
// lead with too many costs little more than the limit, and no other lead fails.
func TestSourceStops(t *testing.T) {
	const leads, limit = 256, 1000
	var ids []string
	for i := range leads {
		ids = append(ids, fmt.Sprint("l", i))
	}
	set := scoretest.CompileSet(t, scoretest.Model("M", "each EmailOpened"))
	for _, explain := range []bool{false, true} {
		source := &endless{contact: "c77"}
		opts := []leadscore.Option{scoretest.AsOf, leadscore.MaxRecords(limit), leadscore.Workers(1)}
		times := 4 // the batch of 256, and parts of 32, 4 and 1
		if explain {
			opts = append(opts, leadscore.Explain(3))
			times = 5 // the lead alone without near misses
		}
		i := 0
		for r, err := range set.ScoreAll(t.Context(), leadscore.IDs(ids...), source, opts...) {
			switch {
			case ids[i] == "l77" && !errors.Is(err, leadscore.ErrTooManyRecords):
				t.Errorf("l77: %v, %v", r, err)
			case ids[i] != "l77" && (err != nil || r.Results[0].Score != 1):
				t.Errorf("%s: %v, %v", ids[i], r, err)
			}
			i++
		}
		if i != leads || source.most > limit+1 || source.given > times*(limit+1) {
			t.Errorf("%d leads; %d records of one contact, %d in one query", i, source.given, source.most)
		}
	}
}

package sourcetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// checkLimit asks for fewer records than there are. There must be as many as the
// limit says, or all.
func checkLimit(w *world) error {
	var v violations
	for e := range w.schema.Entities() {
		for by, keys := range w.lookups(e) {
			need := w.need(e, by, columns(e), "")
			there := 0
			for _, r := range w.records[e.Name()] {
				if slices.Contains(keys, r.key(by)) {
					there++
				}
			}
			for _, limit := range []int{1, (there + 1) / 2, there, there + 1} {
				q := &traverse.Query{Need: need, Keys: keys, Limit: limit}
				out := traverse.NewRows(q)
				if err := traverse.Ask(context.Background(), w.source, q, out); err != nil {
					v.add(fmt.Errorf("%s, limit %d: Fetch: %w", describe(q), limit, err))
				} else if want := min(limit, there); out.Len() != want {
					v.add(fmt.Errorf("%s, limit %d: %d records came of %d", describe(q), limit, out.Len(), there))
				}
			}
		}
	}
	return v.err()
}

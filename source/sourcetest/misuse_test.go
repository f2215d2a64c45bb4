package sourcetest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/sourcetest"
	"github.com/leadscore/leadscore/traverse"
)

// TestLimit: a source that stops too early is found.
func TestLimit(t *testing.T) {
	perKey := map[*traverse.Query]map[string]int{}
	s := &scan{records: sourcetest.Records(), keep: func(q *traverse.Query, _ int, r *sourcetest.Record) bool {
		if q.Limit == 0 {
			return true
		}
		if perKey[q] == nil {
			perKey[q] = map[string]int{}
		}
		k := r.ID
		if q.By != "" {
			k = r.Values[q.By].Text()
		}
		perKey[q][k]++
		return perKey[q][k] <= 1 // as if the limit were one of each key
	}}
	err := sourcetest.Check(s, sourcetest.Schema(), sourcetest.Records())
	if err == nil || !strings.HasPrefix(err.Error(), "Limit: ") {
		t.Errorf("got %.500v", err)
	}
}

// TestMisusedArguments: sources that misuse their query or their rows are found by
// the first checks, and the error says what they did.
func TestMisusedArguments(t *testing.T) {
	type Q = *traverse.Query
	type R = *traverse.Rows
	for _, test := range []struct {
		name   string
		misuse func(q Q, out R) (Q, R)
		want   string
	}{
		{"the keys that it has already are filtered in place", func(q Q, out R) (Q, R) {
			all, rest := *q, q.Keys[:0]
			all.Keys = append([]string{}, q.Keys...)
			for i, k := range q.Keys {
				if i%2 == 1 {
					rest = append(rest, k)
				}
			}
			return &all, out
		}, "source changed the keys of its query"},
		{"the rows are replaced by empty ones", func(q Q, out R) (Q, R) {
			*out = traverse.Rows{}
			return q, traverse.NewRows(q)
		}, "source replaced its Rows by others"},
		{"another query is answered", func(q Q, out R) (Q, R) {
			other := *q
			other.Keys = q.Keys[:1]
			out.Reset(&other)
			return &other, out
		}, "source replaced its Rows by others"},
		{"a key that was not asked for fails", func(q Q, out R) (Q, R) {
			out.Fail("elsewhere", context.DeadlineExceeded)
			return q, out
		}, `which was not asked for: context deadline exceeded`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &scan{records: sourcetest.Records(), before: func(_ context.Context, q Q, out R) (Q, R, error) {
				q, out = test.misuse(q, out)
				return q, out, nil
			}}
			err := sourcetest.Check(s, sourcetest.Schema(), sourcetest.Records())
			if err == nil || !strings.HasPrefix(err.Error(), "ByID: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %.500v", err)
			}
		})
	}
}

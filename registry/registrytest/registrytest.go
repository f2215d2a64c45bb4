// Package registrytest tests that a [registry.Store] keeps its contract. To test a store
// of your own, call [Run]:
//
//	func TestStore(t *testing.T) {
//		registrytest.Run(t, func(t *testing.T) (one, other registry.Store) {
//			name := t.TempDir() // two stores of one log, which has no entries
//			return open(t, name), open(t, name)
//		})
//	}
//
// Run the test with -race.
package registrytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/leadscore/leadscore/registry"
)

// Run tests a store, with a subtest for each part of the contract. For each it calls open,
// which must return two stores of one log without entries, as two processes have them. If
// open fails, it should call t.Fatal.
func Run(t *testing.T, open func(t *testing.T) (one, other registry.Store)) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			one, other := open(t)
			if err := c.run(t.Context(), one, other); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check tests a store, as [Run] does, and returns what is wrong with it. open is called
// once for each part of the contract.
func Check(ctx context.Context, open func() (one, other registry.Store)) error {
	var errs []error
	for _, c := range checks {
		one, other := open()
		if err := c.run(ctx, one, other); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}

// A check tests one part of the contract.
type check struct {
	name string
	run  func(ctx context.Context, one, other registry.Store) error
}

var checks = []check{
	{"Order", checkOrder},
	{"Taken", checkTaken},
	{"Gap", checkGap},
	{"Bytes", checkBytes},
	{"KeepsNothing", checkKeepsNothing},
	{"Concurrent", checkConcurrent},
	{"Cancelled", checkCancelled},
}

// entries returns the entries of a store after one.
func entries(ctx context.Context, s registry.Store, after int64) ([]string, error) {
	var list []string
	for e, err := range s.Entries(ctx, after) {
		if err != nil {
			return list, err
		}
		list = append(list, string(e))
	}
	return list, nil
}

// expect compares the entries of a store after one.
func expect(ctx context.Context, s registry.Store, after int64, want ...string) error {
	got, err := entries(ctx, s, after)
	if err != nil {
		return fmt.Errorf("entries after %d: %w", after, err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the entries after %d are %.200q, not %.200q", after, got, want)
	}
	return nil
}

func checkOrder(ctx context.Context, one, other registry.Store) error {
	if err := expect(ctx, one, 0); err != nil {
		return err
	}
	var all []string
	for n := int64(1); n <= 12; n++ { // more than one digit
		s := one
		if n%2 == 0 {
			s = other
		}
		entry := fmt.Sprintf(`{"number":%d}`, n)
		if err := s.Append(ctx, n, []byte(entry)); err != nil {
			return fmt.Errorf("adding entry %d: %w", n, err)
		}
		all = append(all, entry)
		for _, s := range []registry.Store{one, other} {
			if err := expect(ctx, s, 0, all...); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(expect(ctx, one, 11, all[11:]...), expect(ctx, one, 5, all[5:]...), expect(ctx, one, 12), expect(ctx, one, 100)); err != nil {
		return err
	}
	for e, err := range one.Entries(ctx, 3) { // which may end after the first
		if err != nil || string(e) != all[3] {
			return fmt.Errorf("the first entry after 3 is %q, %w", e, err)
		}
		break
	}
	return expect(ctx, one, 0, all...)
}

func checkTaken(ctx context.Context, one, other registry.Store) error {
	if err := errors.Join(one.Append(ctx, 1, []byte(`"first"`)), one.Append(ctx, 2, []byte(`"second"`))); err != nil {
		return err
	}
	for n := int64(1); n <= 2; n++ {
		for _, s := range []registry.Store{one, other} {
			if err := s.Append(ctx, n, []byte(`"another"`)); !errors.Is(err, registry.ErrTaken) {
				return fmt.Errorf("adding a second entry %d: %v; want ErrTaken", n, err)
			}
		}
	}
	return expect(ctx, other, 0, `"first"`, `"second"`)
}

func checkGap(ctx context.Context, one, other registry.Store) error {
	for _, n := range []int64{-1, 0, 2, 3} {
		if err := one.Append(ctx, n, []byte(`"gap"`)); err == nil || errors.Is(err, registry.ErrTaken) {
			return fmt.Errorf("adding entry %d to a log without entries: %v; want another error than ErrTaken", n, err)
		}
	}
	if err := one.Append(ctx, 1, []byte(`"first"`)); err != nil {
		return err
	}
	if err := other.Append(ctx, 3, []byte(`"gap"`)); err == nil || errors.Is(err, registry.ErrTaken) {
		return fmt.Errorf("adding entry 3 to a log with one entry: %v; want another error than ErrTaken", err)
	}
	return expect(ctx, other, 0, `"first"`)
}

func checkBytes(ctx context.Context, one, other registry.Store) error {
	var all []string
	for _, text := range []string{
		`{}`, `"Grüße, 你好 😀"`, `"\u0000 and \\ and \""`, "{\n\t\"a\": 1\n}\n", `"it's $1 and ? and %s"`,
		`"` + strings.Repeat("long ", 1<<20) + `"`,
	} {
		if err := one.Append(ctx, int64(len(all)+1), []byte(text)); err != nil {
			return fmt.Errorf("adding %.100q: %w", text, err)
		}
		all = append(all, text)
	}
	return expect(ctx, other, 0, all...)
}

func checkKeepsNothing(ctx context.Context, one, _ registry.Store) error {
	entry := []byte(`"first"`)
	if err := one.Append(ctx, 1, entry); err != nil {
		return err
	}
	copy(entry, `"other"`)
	for e, err := range one.Entries(ctx, 0) {
		if err != nil {
			return err
		}
		clear(e)
	}
	return expect(ctx, one, 0, `"first"`)
}

// checkConcurrent lets several writers race for each number.
func checkConcurrent(ctx context.Context, one, other registry.Store) error {
	const writers, each = 6, 8
	var all sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		s := one
		if w%2 == 1 {
			s = other
		}
		all.Go(func() { errs[w] = race(ctx, s, w, each) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	got, err := entries(ctx, one, 0)
	if err != nil {
		return err
	}
	again, err := entries(ctx, other, 0)
	if err != nil {
		return err
	}
	if !slices.Equal(got, again) {
		return fmt.Errorf("two stores of one log have %q and %q", got, again)
	}
	slices.Sort(got)
	if len(got) != writers*each || len(slices.Compact(got)) != writers*each {
		return fmt.Errorf("%d writers added %d entries each, and there are %d: %q", writers, each, len(got), got)
	}
	return nil
}

// race adds entries against other writers.
func race(ctx context.Context, s registry.Store, writer, n int) error {
	number := int64(0)
	for i := 0; i < n; {
		before := number
		for _, err := range s.Entries(ctx, number) {
			if err != nil {
				return err
			}
			number++
		}
		switch err := s.Append(ctx, number+1, fmt.Appendf(nil, `"writer %d, entry %d"`, writer, i)); {
		case err == nil:
			i++
		case !errors.Is(err, registry.ErrTaken):
			return fmt.Errorf("writer %d: adding entry %d, after %d: %w", writer, number+1, before, err)
		}
	}
	return nil
}

func checkCancelled(ctx context.Context, one, other registry.Store) error {
	if err := one.Append(ctx, 1, []byte(`"first"`)); err != nil {
		return err
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := one.Append(ended, 2, []byte(`"second"`)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("adding with a context that is done: %v; want its error", err)
	}
	if _, err := entries(ended, one, 0); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("reading with a context that is done: %v; want its error", err)
	}
	return expect(ctx, other, 0, `"first"`)
}

package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// drawBound draws one end of a window.
func drawBound(t *rapid.T) check.Bound {
	b := check.Bound{Kind: rapid.SampledFrom([]check.BoundKind{check.Open, check.Fixed, check.Relative, check.Relative}).Draw(t, "kind")}
	switch b.Kind {
	case check.Fixed:
		b.At = rapid.Int64Range(-1e15, 4e15).Draw(t, "at")
	case check.Relative:
		b.Unit = rapid.SampledFrom([]dsl.Unit{dsl.Minutes, dsl.Hours, dsl.Days, dsl.Weeks, dsl.Months, dsl.Years}).Draw(t, "unit")
		b.N, b.Plus = rapid.Int64Range(-40, 3).Draw(t, "n"), rapid.Int64Range(-1, 1).Draw(t, "plus")
	}
	return b
}

// TestWindows checks that windows are resolved together as each is alone, and that those
// that are said to be steady move by as much as the instant does.
func TestWindows(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"UTC", "Europe/Berlin", "Africa/Casablanca", "Pacific/Apia"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, z)
	}
	steady, others := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var ws Windows
		for range rapid.IntRange(1, 6).Draw(t, "windows") {
			w := check.Window{Days: rapid.IntRange(0, 3).Draw(t, "days") == 0, Lo: drawBound(t), Hi: drawBound(t)}
			ws.index(w, rapid.SampledFrom(zones).Draw(t, "zone"))
		}
		instant := rapid.Int64Range(-1e14, 4e15)
		var before []Bound
		var last int64
		for range 2 {
			now := instant.Draw(t, "as of")
			got := ws.Resolve(time.UnixMicro(now), nil)
			for i, w := range ws.list {
				lo, hi := w.Window.Resolve(time.UnixMicro(now), w.Zone)
				if got[i] != (Bound{lo, hi}) {
					t.Fatalf("as of %d, %+v is %v, want %d to %d", now, w, got[i], lo, hi)
				}
				if before == nil {
					continue
				}
				if !ws.Steady([]int{i}) {
					others++
					continue
				}
				steady++
				if w.Lo.Kind != check.Open && lo-before[i].Lo != now-last || w.Hi.Kind != check.Open && hi-before[i].Hi != now-last {
					t.Fatalf("%+v is %v as of %d, and %v as of %d", w, before[i], last, got[i], now)
				}
			}
			before, last = got, now
		}
	})
	if steady == 0 || others == 0 {
		t.Errorf("%d windows were steady, and %d others were not", steady, others)
	}
}

// TestExtend: as of no later instant does a window begin before it does for all of them.
func TestExtend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"}).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var ws Windows
		w := check.Window{Days: rapid.Bool().Draw(t, "days"), Lo: drawBound(t), Hi: check.Bound{Kind: check.Relative}}
		ws.index(w, zone)
		from := time.Date(2011, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(24, 33).Draw(t, "day"), 0, 0, 0, 0, zone).
			Add(time.Duration(rapid.Int64Range(0, 86_400_000_000).Draw(t, "micros")) * time.Microsecond)
		then := from.Add(time.Duration(rapid.Int64Range(0, 5*86_400_000_000).Draw(t, "later")) * time.Microsecond)
		to := then.AddDate(0, rapid.IntRange(0, 3).Draw(t, "months"), 0)
		all := ws.Resolve(to, nil)
		ws.extend(from, all)
		if lo, _ := w.Resolve(then, zone); lo < all[0].Lo {
			t.Fatalf("as of %v it begins at %d, and from %v on at %d", then, lo, from, all[0].Lo)
		}
	})
}

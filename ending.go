package leadscore

import "runtime"

// An ending is how work ended that was done on another goroutine than the caller's. The
// caller learns of it by raise.
type ending struct {
	err      error // of ctx
	panicked any   // the value that it panicked with
	exited   bool  // it ended the goroutine, as testing.T.FailNow does
}

// of does some work and keeps how it ended. If it ended the goroutine, this goes on to end.
func (e *ending) of(work func() error) {
	*e = ending{}
	returned := false
	defer func() {
		if !returned {
			e.panicked = recover()
			e.exited = e.panicked == nil
		}
	}()
	e.err = work()
	returned = true
}

// broken reports whether the work ended by a panic, or by ending its goroutine.
func (e *ending) broken() bool { return e.panicked != nil || e.exited }

// raise panics as the work did, or ends the caller's goroutine as the work did its own.
func (e *ending) raise() {
	switch {
	case e.panicked != nil:
		panic(e.panicked)
	case e.exited:
		runtime.Goexit()
	}
}

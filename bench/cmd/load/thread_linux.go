package main

import (
	"syscall"
	"time"
)

// ofThread is how to say which time the measures are in.
const ofThread = "processor time"

// elapsed returns the processor time of the calling thread, which other programs do not
// lengthen: the goroutine must be locked to it.
func elapsed() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		panic(err) // cannot happen
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

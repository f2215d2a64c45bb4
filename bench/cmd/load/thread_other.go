//go:build !linux

package main

import "time"

// ofThread is how to say which time the measures are in.
const ofThread = "time"

var begun = time.Now()

// elapsed returns the time since the program began.
func elapsed() time.Duration { return time.Since(begun) }

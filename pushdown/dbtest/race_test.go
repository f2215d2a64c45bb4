//go:build race

package dbtest

// raced reports whether the race detector is enabled.
const raced = true

//go:build unix

package regular

import "syscall"

// nonBlocking makes that opening a pipe does not wait for its other end.
const nonBlocking = syscall.O_NONBLOCK

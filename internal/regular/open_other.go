//go:build !unix

package regular

const nonBlocking = 0 // files of these systems do not wait when they are opened

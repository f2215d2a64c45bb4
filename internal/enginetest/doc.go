// Package enginetest tests the engine through the public API: what it asks a source
// for, what happens if a source fails, what it counts, and how it explains this.
package enginetest

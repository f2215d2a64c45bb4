// Package hostile tests the library with input that nobody writes on purpose: very
// large, malformed or random rules and data.
package hostile

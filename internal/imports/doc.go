// Package imports tests which packages of the module import which, and what the root
// package exports.
package imports

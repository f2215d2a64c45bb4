// Package modeldiff says how two versions of rules differ. [Rules] compares the
// rules themselves, in the words of the scoring designer: conditions that were
// added or removed, points that changed from one value to another. [Leads]
// compares what they do to leads: who changes grade or sales-ready state, and
// because of which conditions.
package modeldiff

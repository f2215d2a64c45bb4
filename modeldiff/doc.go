// Package modeldiff compares two versions of rules. [Rules] compares the rules
// themselves, in the words of the scoring designer: conditions that were added or
// removed, points that changed from one value to another. [Leads] compares the
// results: which leads change their grade or sales-ready state, and because of which
// conditions.
package modeldiff

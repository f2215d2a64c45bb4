package check

import "github.com/leadscore/leadscore/internal/substrings"

// ContainsWord reports whether a text satisfies a [TextMatch] with [MatchWord] and one
// value: it contains the value, and not as a part of a longer word. Where the value
// begins with a letter, a decimal digit or a combining mark, the character before it is
// none of these, and likewise at its end. Fold both, unless the field is exact. See
// docs/language.md, Text and choices.
func ContainsWord(text, value string) bool { return substrings.HasWord(text, value) }

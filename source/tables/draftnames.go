package tables

import (
	"slices"
	"strings"
	"unicode"
)

// sameWords says what words of names mean, in the words of the standard schema. The
// words are without their endings.
var sameWords = map[string]string{
	"mail": "email", "town": "city", "firm": "account", "company": "account", "organization": "account", "organisation": "account",
	"person": "contact", "peopl": "contact", "user": "contact", "prospect": "lead",
}

// wholeNames are names of one word that mean a name of several.
var wholeNames = map[string][]string{
	"titl": {"job", "titl"}, "rol": {"job", "titl"}, "position": {"job", "titl"}, "profession": {"job", "titl"},
}

// smallWords tell little about what a name means.
var smallWords = []string{"on", "at", "of", "the", "in", "is", "by", "date", "time", "data", "export", "list", "all"}

// wordsOf returns the words of a name: OpenedAt, opened_at and "Opened at" have the
// same ones. Endings and small words do not count, unless there are no others.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	letters := []rune(name)
	for i, c := range letters {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			end()
			continue
		case unicode.IsUpper(c) && i > 0 && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])):
			end()
		}
		word = append(word, c)
	}
	end()
	if strings.HasPrefix(strings.ToLower(name), "e-mail") && len(words) > 1 {
		words = append([]string{"email"}, words[2:]...)
	}
	telling := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(smallWords, w) })
	if len(telling) > 0 {
		words = telling
	}
	for i, w := range words {
		words[i] = stem(w)
		if same, ok := sameWords[words[i]]; ok {
			words[i] = same
		}
	}
	if len(words) == 1 && wholeNames[words[0]] != nil {
		return wholeNames[words[0]]
	}
	return words
}

// stem returns a word without the endings that verbs and plurals have.
func stem(w string) string {
	if rest, ok := strings.CutSuffix(w, "ies"); ok {
		return rest + "y"
	}
	for _, ending := range []string{"ing", "ed", "es", "s", "e"} {
		if rest, ok := strings.CutSuffix(w, ending); ok && len(rest) >= 3 {
			return rest
		}
	}
	return w
}

// likeness returns how alike two names are, by the words that they share: 0 if they
// share none, and 1 if they have the same.
func likeness(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	if strings.Join(a, "") == strings.Join(b, "") {
		return 1
	}
	shared := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			shared++
		}
	}
	return float64(shared) / float64(max(len(a), len(b)))
}

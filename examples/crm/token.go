package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// A token is what clients of the API send as a bearer token. The nil token lets
// everybody in.
type token struct{ sum [sha256.Size]byte }

// minToken is the least length of a token in bytes. Whoever can try many tokens finds a short one.
const minToken = 16

// readToken reads a token from a file, so that it shows neither in the list of processes
// nor in the history of a shell. White space around it does not count.
func readToken(file string) (*token, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("crm: -token-file: %w", err)
	}
	given := strings.TrimSpace(string(text))
	if len(given) < minToken || strings.ContainsFunc(given, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("crm: -token-file: %s must hold one token of %d printable ASCII characters or more, such as openssl rand -hex 32 prints", file, minToken)
	}
	return &token{sha256.Sum256([]byte(given))}, nil
}

// allows reports whether a request has the token.
func (t *token) allows(r *http.Request) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(given)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum[:], t.sum[:]) == 1
}

// checkToken refuses requests without the token, but for the patterns that are open:
// those of the pages, which a proxy protects, and the check of health.
func (s *service) checkToken(mux *http.ServeMux, h http.Handler) http.Handler {
	if s.token == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); !s.open[pattern] && !s.token.allows(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="crm"`)
			answerProblem(w, &problem{Status: http.StatusUnauthorized, Detail: "Send the header Authorization: Bearer with the token of the service."})
			return
		}
		h.ServeHTTP(w, r)
	})
}

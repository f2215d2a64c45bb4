package eval

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// ErrNoAccount is the Err of a [CreationError] for a contact without an account, whose
// interactions ask for a lead of its account.
var ErrNoAccount = errors.New("the contact has no account")

// A CreationError says that no lead is proposed for a contact or an account. It does not
// affect others.
type CreationError struct {
	Creation string // the lead creation
	Contact  string // the contact, or "" if it is about an account
	Account  string // the account, or ""
	Entity   string // the entity that could not be fetched; "" if Err is ErrNoAccount
	Err      error  // ErrNoAccount, the error of the source, or one that wraps ErrTooManyRecords
}

// Error describes the error in one line.
func (e *CreationError) Error() string {
	text := fmt.Sprintf("lead creation %s: ", shown.QuoteAll(e.Creation))
	if e.Account != "" {
		text += "account " + shown.QuoteAll(e.Account)
	} else {
		text += "contact " + shown.QuoteAll(e.Contact)
	}
	if e.Entity != "" {
		text += ": " + e.Entity
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *CreationError) Unwrap() error { return e.Err }

// A Proposal is a lead that is to be created (language reference, Which leads to create).
type Proposal struct {
	// ID is the same whenever and wherever the lead is proposed: it follows from the lead
	// creation, the parent and the context.
	ID       string
	Creation string // the name of the lead creation
	// ParentContact or ParentAccount is the parent of the lead; the other one is "".
	ParentContact, ParentAccount string
	Reference                    string       // the reference that tells leads of one parent apart; "" with per company
	Context                      string       // what that reference of the lead is to hold; it may be ""
	Values                       []FieldValue // that the lead is to have, in the order of the rules; must not be changed
	Cause                        Cause
}

// A FieldValue is a field of Lead and the value that it is to have.
type FieldValue struct {
	Field string
	Value traverse.Value
}

// A Cause is the interaction because of which a lead is proposed: of those that ask for it
// the earliest.
type Cause struct {
	Entity  string    `json:"entity"`
	ID      string    `json:"id"`
	Contact string    `json:"contact"`
	Time    time.Time `json:"time,omitzero"` // the zero time if the interaction does not say when
}

// compare orders causes by time, then id, then entity. One without a time comes last.
func (c *Cause) compare(o *Cause) int {
	if c.Time.IsZero() != o.Time.IsZero() {
		if c.Time.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(c.Time.Compare(o.Time), cmp.Compare(c.ID, o.ID), cmp.Compare(c.Entity, o.Entity))
}

// setID sets the id of the proposal, as the language reference says.
func (p *Proposal) setID() {
	kind, parent := "contact", p.ParentContact
	if p.ParentAccount != "" {
		kind, parent = "account", p.ParentAccount
	}
	const size = 16
	sum := hashOf(p.Creation, kind, parent, p.Context)
	p.ID = hex.EncodeToString(sum[:size])
}

// hashOf returns the SHA-256 hash of texts, each after its length in bytes, which is a
// number of 8 bytes, the most significant first.
func hashOf(texts ...string) [sha256.Size]byte {
	var b []byte
	for _, t := range texts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(t)))
		b = append(b, t...)
	}
	return sha256.Sum256(b)
}

// OneOf returns which of n values, counted from 0, a lead gets by a rule of an assignment
// (language reference, Who gets the lead). n must be above 0.
func OneOf(lead, rule string, n int) int {
	sum := hashOf(lead, rule)
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(n))
}

// proposalJSON is the JSON form of a [Proposal].
type proposalJSON struct {
	ID            string         `json:"id"`
	Creation      string         `json:"creation"`
	ParentContact string         `json:"parent_contact,omitempty"`
	ParentAccount string         `json:"parent_account,omitempty"`
	Reference     string         `json:"reference,omitempty"`
	Context       string         `json:"context,omitempty"`
	Values        map[string]any `json:"values,omitempty"`
	Cause         Cause          `json:"cause"`
}

// MarshalJSON returns an object with id, creation, parent_contact or parent_account,
// reference and context, values by field, and cause.
func (p Proposal) MarshalJSON() ([]byte, error) {
	return shown.JSON(proposalJSON{
		p.ID, p.Creation, p.ParentContact, p.ParentAccount, p.Reference, p.Context, ValuesJSON(p.Values), p.Cause,
	})
}

// ValuesJSON returns values by field, as encoding/json takes them.
func ValuesJSON(values []FieldValue) map[string]any {
	if len(values) == 0 {
		return nil
	}
	out := make(map[string]any, len(values))
	for _, v := range values {
		switch v.Value.Kind() {
		case traverse.KindNumber:
			out[v.Field] = v.Value.Number()
		case traverse.KindBool:
			out[v.Field] = v.Value.Bool()
		case traverse.KindChoices:
			out[v.Field] = v.Value.Choices()
		default:
			out[v.Field] = v.Value.String()
		}
	}
	return out
}

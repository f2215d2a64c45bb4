// Package structs makes a schema and records of Go structs. What a program holds
// in memory anyway, a []Lead say, is scored without being written down anywhere:
//
//	type Lead struct {
//		ID      string
//		Budget  float64
//		Contact *Contact `leadscore:"ParentContact"`
//	}
//
//	type Contact struct {
//		ID      string
//		City    string
//		Country string `leadscore:"choice=DE|AT|CH,exact"`
//		Opened  []EmailOpened
//	}
//
//	type EmailOpened struct {
//		_    struct{}  `leadscore:"interaction"`
//		Name string    `leadscore:"EmailName"`
//		At   time.Time `leadscore:"Timestamp"`
//	}
//
//	data, err := structs.Load(nil, leads) // leads is a []Lead
//	…
//	model, err := leadscore.Compile("rules.score", rules, data.Schema())
//
// [Schema] makes the schema of types alone, to compile models before there is
// any data. Structs are read when they are loaded, and not again; scoring knows
// nothing of them. A loaded [Source] lends its columns to the engine.
//
// # Entities
//
// A struct type is an entity, called as the type is, and a profile unless the
// schema that it is bound to knows better. A marker says otherwise: a blank field
// with a tag.
//
//	_ struct{} `leadscore:"Email opened,interaction"`
//	_ struct{} `leadscore:"passive"` // an interaction done to the contact
//
// Several types may stand for one entity. Its records have their ids in common.
//
// # Fields
//
// An exported field of the struct is a field of the entity, called as it is
// unless its tag gives it a name. What an embedded struct without a tag has
// belongs to the struct around it; a nearer field hides one of the same name.
// Whatever is to be left out has the tag `leadscore:"-"`.
//
//	Go type                                       field
//	string, any type with a MarshalText method    text
//	integers and floats                           number
//	bool                                          bool
//	time.Time                                     time
//	slices of what is text                        choices
//	any type with a method Choices() []string     choice, of what the method lists
//
// A pointer to one of these may be nil, and a struct of two fields of which one
// is Valid bool, such as [database/sql.NullString], may be not valid: then the
// field is null. So are the empty text, no choices, the zero time and, with a
// MarshalText method, a zero array or struct. Zero numbers and false are values.
// An integer with the option text is its String method's text, or else its
// digits. Any other type with the Value method of [database/sql/driver.Valuer]
// needs one of the options text, number, bool, time and date.
//
// Text is valid UTF-8, a number finite, a year from 0 to 9999. What is finer than
// a microsecond is cut off. A date is the day that a time shows in its own
// location. Choices need not be among the listed.
//
// # Ids
//
// The id of a record is the field with the option id, or else the one called ID
// or Id without a tag: a string, an integer, or a type with a MarshalText method.
// Rules do not see it unless the tag names it, as in `leadscore:"Number,id"`. A
// profile must have one, and neither the empty text nor 0 is one. An interaction
// without is given one: its place in the slice that led to it, such as
//
//	Contact ada: Opened[3]
//
// or its number among those of its entity that none did, such as EmailOpened[17].
//
// # References and inverses
//
// A pointer to a struct is a reference (N:1), nil is none; so is a struct that
// is not embedded, and none if it is zero. A string or integer is a reference by
// id if its tag says so, or if the schema has a reference of its name; the empty
// text and 0 are none, behind a pointer 0 is an id.
//
//	Contact   *Contact `leadscore:"ParentContact"`
//	ContactID string   `leadscore:"ParentContact"`   // every schema has it
//	OwnerID   int64    `leadscore:"Owner,ref=Person"` // there is a type Person
//
// A slice of structs, or of pointers to them, is an inverse (1:N). Its records
// refer back: to the record whose slice they are in, by the one reference that
// they have to its entity, or by the one that via names. It is filled in where
// the record leaves it empty, and made if there is none, called as the entity it
// leads to; so a record in a slice needs no pointer back.
//
//	Orders []Order `leadscore:"via=Lead"`
//
// A lead has the reference ParentContact or ParentAccount, a contact
// ParentAccount if it has an account at all, an interaction Contact, or is in
// the slice of one who gives it to them. References may go round in circles.
// Every record is loaded once, however many lead to it: one address is one
// record, and so are copies with one id that are equal.
//
// # Tags
//
// A tag has the key leadscore. It is a dash alone, or items separated by commas.
// A name stands first, if there is one; everything else is an option, and may
// stand first, too. A name or value that holds a comma, =, | or white space at
// its ends, or a name that is an option's, stands in single quotes, in which a
// single quote is written twice. Spaces around items do not matter.
//
//	tag    = "-" | item { "," item } .
//	item   = name | option | "" .
//	option = word [ "=" value { "|" value } ] .
//
// Of the type as a whole, in a marker:
//
//	profile        somebody or something; what a type is without an option
//	interaction    something that happened with a contact
//	passive        an interaction done to the contact, not by them
//
// Of a field:
//
//	id                    the id of the record
//	text number bool      its type
//	time date             its type
//	choice=A|B            one of the values; without values as its Go type or the schema lists them
//	choices=A|B           any number of the values
//	exact                 compared byte for byte
//	calculated rollup     computed by the CRM: no expression may use it
//	dated                 says when the record of a profile came to be
//	ref=Entity            a reference by id; without a value to the entity called as it is
//	via=Reference         of a slice: the reference of its records that leads back
package structs

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"sync"

	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// ErrDuplicate is what [Load] and [Source.Add] return, wrapped, for two records
// of one entity with one id.
var ErrDuplicate = columns.ErrDuplicate

// Schema returns the schema that Go types speak of. Each of types is a value of
// such a type: a struct, a pointer to one, or a slice of either; only its type
// is looked at, and it may be zero or nil. The types that they lead to belong to
// them.
//
// What base has is bound by its name, and must be of the same type; what it has
// not is added to it. A nil base is empty. What every schema must have, such as
// Account, is added if no type stands for it.
//
// The error joins everything that is wrong with types and tags, each with the Go
// type and field, and how to mend it.
func Schema(base *traverse.Schema, types ...any) (*traverse.Schema, error) {
	return newBinder(base).bind(types)
}

// A Source holds the records of structs, in columns: the engine reads them where
// they lie. It is safe for concurrent use: records can be added while others are
// fetched or scored.
type Source struct {
	schema *traverse.Schema
	store  *columns.Store

	mu    sync.Mutex // one call adds at a time
	plans map[reflect.Type]*plan
	made  map[string]int // how many ids were made up, by entity
}

var _ columns.Lender = (*Source)(nil)

// Load returns a source with records and what they lead to, each once. Each of
// records is a struct, a pointer to one, or a slice of either. Its schema is what
// [Schema] returns for base and the types of records: give the schema of a
// model, if there is one, or nil. Nil pointers are no records; they, and empty
// slices, make their types known.
//
// Afterwards the structs may be changed: the source does not look at them again.
//
// The error joins everything that is wrong: with types and tags, as [Schema]
// says, or else with the records. It wraps [ErrDuplicate] if two records of one
// entity that are not equal have one id.
func Load(base *traverse.Schema, records ...any) (*Source, error) {
	b := newBinder(base)
	schema, err := b.bind(records)
	if err != nil {
		return nil, err
	}
	s := &Source{schema: schema, store: columns.New(schema), plans: map[reflect.Type]*plan{}, made: map[string]int{}}
	s.plan(b)
	if err := s.load(records, true); err != nil {
		return nil, err
	}
	return s, nil
}

// Add adds records, and what they lead to, as [Load] does. The schema stays: a
// type that is new to the source can only speak of what it has. What the records
// lead to is added if its id is new; a record that the source holds already
// stays as it is, and nothing behind it is looked at.
//
// The error joins everything that is wrong, and then nothing is added. It wraps
// [ErrDuplicate] for a record whose id the source holds. Whoever scores
// meanwhile sees none, some or all of the records.
func (s *Source) Add(records ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range records {
		if t, ok := argument(reflect.TypeOf(r)); ok && s.plans[t] != nil {
			continue
		}
		b := newBinder(s.schema)
		b.frozen, b.known = true, s.plans
		if _, err := b.bind(records); err != nil {
			return err
		}
		s.plan(b)
		break
	}
	return s.load(records, false)
}

// Schema returns the schema of the records, to compile models with.
func (s *Source) Schema() *traverse.Schema { return s.schema }

// Len returns how many records of an entity the source holds: none for an
// entity that it does not know.
func (s *Source) Len(entity string) int { return s.store.Len(entity) }

// Leads yields the ids of the leads in the order in which they were added:
// those that are there when the ranging begins. Once ctx is done it yields
// ctx's error and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] { return s.store.Leads(ctx) }

// Fetch adds to out what q asks for, as [traverse.Source] says. It fails with
// ctx's error once ctx is done, and for an entity, a field or a reference that
// the schema does not have.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	err := s.store.Fetch(ctx, q, out)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("structs: %w", err)
	}
	return err
}

// Lend returns the store that holds the records if source is s: see
// [columns.Lender]. The store is for reading only.
func (s *Source) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(s) {
		return nil
	}
	return s.store
}

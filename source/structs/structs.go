// Package structs makes a schema and records from Go structs. Data that a program
// holds in memory, such as a []Lead, can be scored without exporting it first:
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
// [Schema] makes a schema from types alone, to compile models before there is any
// data. Structs are read once, when they are loaded, and not when leads are scored.
// A loaded [Source] lends its columns to the engine.
//
// # Entities
//
// A struct type is an entity with the name of the type. It is a profile unless the
// schema that it is bound to declares an interaction. A marker, which is a blank
// field with a tag, can change both.
//
//	_ struct{} `leadscore:"Email opened,interaction"`
//	_ struct{} `leadscore:"passive"` // an interaction done to the contact
//
// Several types may represent one entity. Their records share one set of ids.
//
// # Fields
//
// An exported field of the struct is a field of the entity, with the same name
// unless its tag gives another. The fields of an embedded struct without a tag
// belong to the embedding struct; as in Go, a less nested field hides a deeper one
// with the same name. The tag `leadscore:"-"` leaves a field out.
//
//	Go type                                       field
//	string, any type with a MarshalText method    text
//	integers and floats                           number
//	bool                                          bool
//	time.Time                                     time
//	slices of types that are text                 choices
//	any type with a method Choices() []string     choice, with the values that the method lists
//
// The field is null if it is a nil pointer to one of these, or a struct of two fields
// of which one is Valid bool, such as [database/sql.NullString], that is not valid.
// The empty text, an empty list of choices, the zero time and, with a MarshalText
// method, a zero array or struct are null, too. Zero numbers and false are values.
// An integer with the option text is the text that its String method returns, or
// else its digits. Any other type with the Value method of
// [database/sql/driver.Valuer] needs one of the options text, number, bool, time
// and date.
//
// Text must be UTF-8, a number must be finite, a year must be from 0 to 9999 in UTC.
// Times are truncated to microseconds. A date is the day of a time in its own
// location. Choices need not be listed.
//
// # Ids
//
// The id of a record is the field with the option id, or else a field called ID or
// Id without a tag: a string, an integer, or a type with a MarshalText method.
// Rules cannot use it unless the tag names it, as in `leadscore:"Number,id"`. A
// profile must have an id, which is not the empty text or 0. An interaction without
// an id is given one: its place in the slice that leads to it, such as
//
//	Contact ada: Opened[3]
//
// or its number among the interactions of its entity that are in no slice, such as
// EmailOpened[17].
//
// # References and inverses
//
// A pointer to a struct is a reference (N:1), and nil is an empty one. So is a struct
// that is not embedded; it is empty if it is zero. A string or integer is a reference
// by id if its tag says so, or if the schema has a reference with its name; the
// empty text and 0 are empty, but a pointer to 0 is an id.
//
//	Contact   *Contact `leadscore:"ParentContact"`
//	ContactID string   `leadscore:"ParentContact"`   // every schema has it
//	OwnerID   int64    `leadscore:"Owner,ref=Person"` // there is a type Person
//
// A slice of structs, or of pointers to them, is an inverse (1:N). Its records refer
// back to the record that has the slice, by their only reference to its entity, or
// by the one that via names. The reference is filled in where a record leaves it
// empty. If there is none it is added, with the name of the entity that it leads to;
// so a record in a slice needs no pointer back.
//
//	Orders []Order `leadscore:"via=Lead"`
//
// A lead has the reference ParentContact or ParentAccount if it refers to a contact or an
// account at all; without them, only models with `target lead` score it. An interaction
// must have the reference Contact, or Lead for such models, and a contact the reference
// ParentAccount if it refers to an account; or they must be in a slice that fills the
// reference in. References may be circular. Every record is loaded once, however many references lead to it:
// structs at one address are one record, and so are equal copies with the same id.
//
// # Tags
//
// A tag has the key leadscore. It is a dash alone, or items separated by commas. A
// name comes first, if there is one; all other items are options, and may come
// first if there is no name. A name or value that contains a comma, = or |, or
// begins or ends with white space, must be in single quotes, and so must a name that
// is also an option. In quotes, a single quote is written twice. Spaces around items
// are ignored.
//
//	tag    = "-" | item { "," item } .
//	item   = name | option | "" .
//	option = word [ "=" value { "|" value } ] .
//
// The options of the type as a whole, in a marker:
//
//	profile        somebody or something; the default
//	interaction    something that happened with a contact
//	passive        an interaction done to the contact, not by them
//
// The options of a field:
//
//	id                    the id of the record
//	text number bool      its type
//	time date             its type
//	choice=A|B            one of the values; if none are given, those that its Go type or the schema lists
//	choices=A|B           any number of the values; if none are given or listed, any texts
//	exact                 compared byte for byte
//	calculated rollup     computed by the CRM: no expression may use it
//	dated                 the date of a profile's records
//	ref=Entity            a reference by id; without a value, to the entity with its name
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

// ErrDuplicate is the error that [Load] and [Source.Add] wrap for two records of one
// entity with the same id.
var ErrDuplicate = columns.ErrDuplicate

// Schema returns the schema of Go types. Each of types is a value of such a type: a
// struct, a pointer to one, or a slice of either; only its type matters, and it may
// be zero or nil. The types that they lead to are included.
//
// Entities, fields and references that base has are bound by name, and must have the
// same type; others are added. A nil base is empty. Entities that every schema must
// have, such as Account, are added if no type represents them.
//
// The error joins everything that is wrong with types and tags, each with the Go
// type and field, and how to fix it.
func Schema(base *traverse.Schema, types ...any) (*traverse.Schema, error) {
	return newBinder(base).bind(types)
}

// A Source holds the records of structs, in columns that the engine reads in place.
// It is safe for concurrent use: records can be added while others are fetched or
// scored.
type Source struct {
	schema *traverse.Schema
	store  *columns.Store

	mu    sync.Mutex // one call adds at a time
	plans map[reflect.Type]*plan
	made  map[string]int // how many ids were made up, by entity
}

var _ columns.Lender = (*Source)(nil)

// Load returns a source with records and all records that they lead to, each once.
// Each of records is a struct, a pointer to one, or a slice of either. The schema of
// the source is the one that [Schema] returns for base and the types of records:
// base is the schema of a model, if there is one, or nil. Nil pointers are not
// records, but they and empty slices contribute their types.
//
// The structs may be changed afterwards: the source does not read them again.
//
// The error joins everything that is wrong: with types and tags, as in [Schema], or
// else with the records. It wraps [ErrDuplicate] if two records of one entity have
// the same id but are not equal.
func Load(base *traverse.Schema, records ...any) (*Source, error) {
	b := newBinder(base)
	schema, err := b.bind(records)
	if err != nil {
		return nil, err
	}
	s, err := load(schema, b, records, true)
	if err != nil {
		s, err = load(schema, b, records, false)
	}
	return s, err
}

// load is Load for types that were bound: see [Source.load].
func load(schema *traverse.Schema, b *binder, records []any, runs bool) (*Source, error) {
	s := &Source{schema: schema, store: columns.New(schema), plans: map[reflect.Type]*plan{}, made: map[string]int{}}
	s.plan(b)
	if err := s.load(records, true, runs); err != nil {
		return nil, err
	}
	return s, nil
}

// Add adds records, and all records that they lead to, as [Load] does. The schema
// does not change: a type that is new to the source can use only what the schema
// has. Records that are led to are added if their ids are new; if the source already
// holds such a record, it stays as it is, and its references are not followed.
//
// The error joins everything that is wrong; then nothing is added. It wraps
// [ErrDuplicate] for one of records whose id the source holds. Scoring that runs at
// the same time sees none, some or all of the new records.
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
	return s.load(records, false, false)
}

// Schema returns the schema of the records, to compile models with.
func (s *Source) Schema() *traverse.Schema { return s.schema }

// Len returns how many records of an entity the source holds: 0 for an entity that
// the schema does not have.
func (s *Source) Len(entity string) int { return s.store.Len(entity) }

// Leads yields the ids of the leads in the order in which they were added. It
// yields those that the source holds when the loop begins. Once ctx is done it
// yields ctx.Err() and ends.
func (s *Source) Leads(ctx context.Context) iter.Seq2[string, error] { return s.store.Leads(ctx) }

// Fetch adds to out the records that q asks for, as [traverse.Source] requires. It
// returns ctx.Err() once ctx is done, and fails for an entity, a field or a
// reference that the schema does not have.
func (s *Source) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	err := s.store.Fetch(ctx, q, out)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("structs: %w", err)
	}
	return err
}

// Lend returns the store that holds the records if source is s, and nil otherwise:
// see [columns.Lender]. The store is for reading only.
func (s *Source) Lend(source traverse.Source) *columns.Store {
	if source != traverse.Source(s) {
		return nil
	}
	return s.store
}

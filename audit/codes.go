package audit

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
)

// The codes of findings about records.
const (
	CodeNoLeads      dsl.Code = "no-leads"           // the data has no lead
	CodeNoRecords    dsl.Code = "no-records"         // the rules ask for an entity of which there is no record
	CodeNoValues     dsl.Code = "no-values"          // the rules ask for a field or reference that is empty in every record
	CodeNoParent     dsl.Code = "no-parent"          // leads that belong to neither a contact nor an account
	CodeNoOwner      dsl.Code = "no-owner"           // interactions without a contact, which count for nobody
	CodeNoTime       dsl.Code = "no-timestamp"       // records without the date that date ranges look at
	CodeDays         dsl.Code = "days-in-utc"        // times that are all midnights in UTC, for a model in another time zone
	CodeDangling     dsl.Code = "dangling-reference" // ids that name no record
	CodeOddID        dsl.Code = "odd-id"             // ids with blanks around them, or with characters that cannot be seen
	CodeUnlisted     dsl.Code = "unlisted-choice"    // values that the schema does not list for a choice
	CodeAlmost       dsl.Code = "almost-equal"       // values that equal an operand only after blanks, letter case or look-alike letters are ignored
	CodeAmbiguous    dsl.Code = "ambiguous-number"   // numbers that read two ways, in a file without a mapping
	CodeNearWhere    dsl.Code = "near-where"         // rows that a mapping leaves out, and that almost are what it lists
	CodeNearNull     dsl.Code = "near-null"          // texts that almost are a word for null
	CodeNearKey      dsl.Code = "near-key"           // keys that a lookup almost has
	CodeOld          dsl.Code = "old-records"        // all interactions are older than the rules look, or than a year
	CodeUnknownOwner dsl.Code = "unknown-owner"      // owners that rules set, and that no lead has
	CodeLater        dsl.Code = "later-records"      // interactions later than as of, which do not count
)

// The codes of findings about outcomes.
const (
	CodeNoneScored dsl.Code = "none-scored"    // a model scores no lead
	CodeAlways     dsl.Code = "holds-for-all"  // a condition that gives its points to every lead
	CodeNever      dsl.Code = "holds-for-none" // a condition that gives its points to no lead
)

// order is that of the codes in lists of findings and in docs/audit.md.
var order = []dsl.Code{
	CodeNoLeads, CodeNoRecords, CodeNoValues, CodeNoParent, CodeNoOwner, CodeNoTime, CodeDays, CodeDangling, CodeOddID, CodeUnlisted, CodeAlmost, CodeUnknownOwner,
	CodeAmbiguous, CodeNearWhere, CodeNearNull, CodeNearKey,
	CodeOld, CodeLater, CodeNoneScored, CodeAlways, CodeNever,
}

// Codes returns all codes, in the order in which findings are listed.
func Codes() []dsl.Code { return slices.Clone(order) }

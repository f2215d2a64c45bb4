package tables

// MaxRecord is how many bytes of a file one record may take.
var MaxRecord = &maxRecord

// OnClock returns the instant at which a clock in a zone shows a time.
var OnClock = onClock

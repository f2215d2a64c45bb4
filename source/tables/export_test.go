package tables

// MaxRecord is how many bytes of a file one record may take.
var MaxRecord = &maxRecord

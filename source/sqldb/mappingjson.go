package sqldb

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON returns the mapping as a mapping file has it, so that [ReadMapping] reads
// it back. It fails for a [Format] that is none.
func (m Mapping) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Tables map[string]Table `json:"tables,omitzero"`
		Absent []string         `json:"absent,omitzero"`
	}{m.Tables, m.Absent})
}

// MarshalJSON returns the table as a mapping file has it: as a text if it has a name and
// nothing else.
func (t Table) MarshalJSON() ([]byte, error) {
	if t.Name != "" && t.Schema == "" && t.ID == "" && t.Columns == nil {
		return json.Marshal(t.Name)
	}
	return json.Marshal(struct {
		Schema  string            `json:"schema,omitempty"`
		Name    string            `json:"name,omitempty"`
		ID      string            `json:"id,omitempty"`
		Columns map[string]Column `json:"columns,omitzero"`
	}{t.Schema, t.Name, t.ID, t.Columns})
}

// MarshalJSON returns the column as a mapping file has it: as a text if it has a name and
// nothing else.
func (c Column) MarshalJSON() ([]byte, error) {
	if c.Name != "" && c.Format == ByType && c.Separator == "" && !c.words() && c.Codes == nil {
		return json.Marshal(c.Name)
	}
	name := ""
	for n, f := range formats {
		if f == c.Format {
			name = n
		}
	}
	if name == "" && c.Format != ByType {
		return nil, fmt.Errorf("sqldb: there is no format %d", c.Format)
	}
	return json.Marshal(struct {
		Name      string            `json:"name,omitempty"`
		Format    string            `json:"format,omitempty"`
		Separator string            `json:"separator,omitempty"`
		True      string            `json:"true,omitempty"`
		False     string            `json:"false,omitempty"`
		Codes     map[string]string `json:"codes,omitzero"`
	}{c.Name, name, c.Separator, c.True, c.False, c.Codes})
}

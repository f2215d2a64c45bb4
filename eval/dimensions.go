package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/leadscore/leadscore/internal/shown"
)

// dimensionJSON is what the JSON form of [Dimensions] has for each of them.
type dimensionJSON struct {
	Score int64  `json:"score"`
	Grade string `json:"grade"`
}

// MarshalJSON returns an object that has an object with score and grade for each name,
// such as {"Fit":{"score":40,"grade":"A"}}, in the order of d.
func (d Dimensions) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, at := range d {
		name, err := shown.JSON(at.Name)
		if err != nil {
			return nil, err
		}
		value, err := shown.JSON(dimensionJSON{at.Score, at.Grade})
		if err != nil {
			return nil, err
		}
		before := byte(',')
		if i == 0 {
			before = '{'
		}
		b.WriteByte(before)
		b.Write(bytes.TrimSpace(name))
		b.WriteByte(':')
		b.Write(bytes.TrimSpace(value))
	}
	if len(d) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what [Dimensions.MarshalJSON] returns, in the order of the object.
func (d *Dimensions) UnmarshalJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	switch t, err := in.Token(); {
	case err != nil:
		return err
	case t == nil: // null leaves the list as it is, as in package json
		return nil
	case t != json.Delim('{'):
		return errors.New("dimensions are an object")
	}
	*d = nil
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return err
		}
		var value dimensionJSON
		if err := in.Decode(&value); err != nil {
			return err
		}
		*d = append(*d, Dimension{fmt.Sprint(name), value.Score, value.Grade})
	}
	_, err := in.Token()
	return err
}

// Headline writes the score of a lead on one line, without the lead and the model, such
// as `score 92, Hot, label A1, Fit 40 A, sales ready`. o may be nil. Control characters
// in names are replaced.
func Headline(score int64, grade string, ready bool, o *Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "score %d", score)
	if grade != "" {
		b.WriteString(", " + shown.Printable(grade))
	}
	if o != nil {
		if o.Label != "" {
			b.WriteString(", label " + shown.Printable(o.Label))
		}
		for _, d := range o.Dimensions {
			fmt.Fprintf(&b, ", %s %d", shown.Printable(d.Name), d.Score)
			if d.Grade != "" {
				b.WriteString(" " + shown.Printable(d.Grade))
			}
		}
	}
	if ready {
		b.WriteString(", sales ready")
	}
	return b.String()
}

package tables_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/source/tables"
)

// TestForms reads texts as values of a field, in the ways that a mapping can name.
// The expected value is that of the text, null, or an error.
func TestForms(t *testing.T) {
	for _, test := range []struct {
		name   string
		field  string
		column string // what the mapping says of the column, besides its name
		table  string // what it says of everything
		cells  [][2]string
	}{
		{name: "numbers with a decimal point", field: "Visits", cells: [][2]string{
			{"12.5", "12.5"}, {"-0.125", "-0.125"}, {" 77 ", "77"}, {"\u00a077", "77"}, {"\u22125", "-5"}, {"1e3", "1000"}, {"   ", "null"},
			{"1,098", `"1,098" is not a number; write decimal digits, such as 1234.5, or give the column its "decimal" sign, "." or ",", in the mapping`},
			{"12,5", `"12,5" is not a number; write decimal digits, such as 1234.5, or give the column its "decimal" sign, "." or ",", in the mapping`},
			{"1.250.000", `"1.250.000" is not a number; write decimal digits, such as 1234.5, or give the column its "decimal" sign, "." or ",", in the mapping`},
			{"1 250", `"1 250" is not a number; write decimal digits, such as 1234.5, or give the column its "decimal" sign, "." or ",", in the mapping`},
			{"$1,250.50", `"$1,250.50" is not a number; if it is a number of $, give the column "unit": "$" in the mapping`},
			{"12 %", `"12 %" is not a number; if it is a number of %, give the column "unit": "%" in the mapping`},
			{"1-10", `"1-10" is not a number; write decimal digits, such as 1234.5`}, {"12k", `"12k" is not a number; write decimal digits, such as 1234.5`},
			{"500+", `"500+" is not a number; write decimal digits, such as 1234.5`},
			{"1e400", `"1e400" is too large for a number`},
		}},
		{name: "a decimal comma", field: "Visits", column: `"decimal": ","`, cells: [][2]string{
			{"12,5", "12.5"}, {"350.000", "350000"}, {"1.250.000,75", "1250000.75"}, {"-1 250,5", "-1250.5"}, {"1\u202f250", "1250"}, {"1'250,5", "1250.5"}, {"7", "7"},
			{"12.5", `"12.5" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
			{"1.2500", `"1.2500" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
			{"1.250 000", `"1.250 000" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
			{"1,250,5", `"1,250,5" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
			{"12,5.0", `"12,5.0" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
			{"1.234E+05", `"1.234E+05" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`}, {"1,5E2", "150"},
			{"many", `"many" is not a number; the decimal sign is a comma, and other signs may only group its digits, as in 1.250,5`},
		}},
		{name: "a decimal point and groups", field: "Visits", table: `"decimal": "."`, cells: [][2]string{
			{"1,098", "1098"}, {"350.000", "350"}, {"12,34,567.5", "1234567.5"}, {"1’250.5", "1250.5"}, {"1e3", "1000"}, {".5", "0.5"},
			{"12,5", `"12,5" is not a number; the decimal sign is a point, and other signs may only group its digits, as in 1,250.5`},
			{"1234,567", `"1234,567" is not a number; the decimal sign is a point, and other signs may only group its digits, as in 1,250.5`},
			{",567", `",567" is not a number; the decimal sign is a point, and other signs may only group its digits, as in 1,250.5`},
		}},
		{name: "units", field: "Visits", column: `"decimal": ".", "unit": ["$", "USD", "%"]`, cells: [][2]string{
			{"$1,250.50", "1250.5"}, {"-$5", "-5"}, {"$-5", "-5"}, {"$ 5", "5"}, {"5 usd", "5"}, {"0.00%", "0"}, {"7", "7"}, {"- $7", "-7"},
			{"€5", `"€5" is not a number; if it is a number of €, give the column "unit": "€" in the mapping`},
			{"$", `"$" is not a number; the decimal sign is a point, and other signs may only group its digits, as in 1,250.5`},
			{"$5%", `"$5%" is not a number; if it is a number of %, give the column "unit": "%" in the mapping`},
		}},
		{name: "words for true and false", field: "Subscribed", table: `"true": ["VRAI", "oui"], "false": ["FAUX"]`, column: `"true": ["0", "si "], "false": ["oui"]`, cells: [][2]string{
			{"t", "true"}, {"F", "false"}, {"Y", "true"}, {"n", "false"}, {"on", "true"}, {"off", "false"}, {"yes ", "true"}, {"vrai", "true"}, {"Faux", "false"}, {"0", "true"}, {" ", "null"}, {"oui", "false"}, {"si", "true"},
			{"WAHR", `"WAHR" is not a bool; write true or false, yes or no, 1 or 0, or give the column its words for "true" and "false" in the mapping`},
		}},
		{name: "several formats", field: "Created", table: `"zone": "Europe/Berlin"`, column: `"format": ["1/2/06 3PM", "1/2/06 3:04 PM", "1/2/06"]`, cells: [][2]string{
			{"11/1/16 3pm", "2016-11-01T14:00:00Z"}, {"11/2/16 3:10 PM", "2016-11-02T14:10:00Z"}, {"11/3/16", "2016-11-02T23:00:00Z"}, {" 11/3/16 ", "2016-11-02T23:00:00Z"},
			{"11/2/16 3:10\u202fp.m.", "2016-11-02T14:10:00Z"},
			{"2016-11-03", `"2016-11-03" is not a time written as 1/2/06 3PM, 1/2/06 3:04 PM or 1/2/06`},
		}},
		{name: "formats that disagree", field: "Birthday", column: `"format": ["01/02/2006", "02/01/2006"]`, cells: [][2]string{
			{"12/31/2025", "2025-12-31"}, {"31/12/2025", "2025-12-31"}, {"05/05/2025", "2025-05-05"},
			{"03/04/2025", `"03/04/2025" is one date as 01/02/2006, and another as 02/01/2006`},
		}},
		{name: "one format", field: "Created", column: `"format": "1/2/2006, 3:04 pm"`, cells: [][2]string{
			{"5/31/2026, 2:30\u202fPM", "2026-05-31T14:30:00Z"}, {"5/31/2026, 2:30 A.M.", "2026-05-31T02:30:00Z"},
			{"5/31/2026", `"5/31/2026" is not a time written as 1/2/2006, 3:04 pm`},
		}},
		{name: "forms without a format", field: "Created", cells: [][2]string{
			{"2026-5-1 14:30", "2026-05-01T14:30:00Z"}, {"2026/05/31 14:30:00", "2026-05-31T14:30:00Z"}, {"2026/5/1", "2026-05-01T00:00:00Z"},
			{"2026-05-31 14:30:00,123", "2026-05-31T14:30:00.123Z"}, {"2026-05-31 2:30:00 PM", "2026-05-31T14:30:00Z"}, {"2026-05-31 12:30 am", "2026-05-31T00:30:00Z"},
			{"2026-05-31\u00a02:30\u202fPM +02:00", "2026-05-31T12:30:00Z"}, {" 2026-05-31 ", "2026-05-31T00:00:00Z"},
			{"2026-05/31", `"2026-05/31" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping`},
			{"2026-05-31 14:30 PM", `"2026-05-31 14:30 PM" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping`},
			{"31/05/2026", `"31/05/2026" is not a time; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, or give its format in the mapping`},
			{"0000-00-00", `"0000-00-00" is not a time; if it means that there is none, list it in "null" in the mapping`},
		}},
		{name: "Unix milliseconds", field: "Created", column: `"format": "UnixMillis"`, cells: [][2]string{
			{"1777600800000", "2026-05-01T02:00:00Z"}, {"1777600800000.0", "2026-05-01T02:00:00Z"}, {"1.7776008E+12", "2026-05-01T02:00:00Z"}, {"-1.5", "1969-12-31T23:59:59.9985Z"}, {"0", "1970-01-01T00:00:00Z"},
			{"1e30", `"1e30": the year is outside 0 to 9999`}, {"1e99999999999", `"1e99999999999": the year is outside 0 to 9999`},
			{"1e-99999999999", `"1e-99999999999" is not a number of UnixMillis`}, {"1e-999", `"1e-999" is not a number of UnixMillis`}, {"0e-99", "1970-01-01T00:00:00Z"}, {"0x10", `"0x10" is not a number of UnixMillis`}, {"1.2.3", `"1.2.3" is not a number of UnixMillis`},
		}},
		{name: "names of zones", field: "Created", table: `"zone": "Europe/Berlin"`, column: `"format": "2006-01-02 15:04 MST"`, cells: [][2]string{
			{"2026-05-31 12:00 CEST", "2026-05-31T10:00:00Z"}, {"2026-05-31 12:00 UTC", "2026-05-31T12:00:00Z"}, {"2026-05-31 12:00 GMT", "2026-05-31T12:00:00Z"},
			{"2026-05-31 12:00 GMT+3", `"2026-05-31 12:00 GMT+3" is in a time zone GMT+3, which clocks in Europe/Berlin do not show; give the zone of these times in the mapping`},
		}},
		{name: "Unix seconds", field: "Created", column: `"format": "UnixSeconds"`, cells: [][2]string{
			{"1777600800.25", "2026-05-01T02:00:00.25Z"}, {"1777600800", "2026-05-01T02:00:00Z"}, {"1777600800.1234567", "2026-05-01T02:00:00.123456Z"},
			{"1777600800000", `"1777600800000": the year is outside 0 to 9999`},
		}},
		{name: "days of Excel", field: "Created", table: `"zone": "America/New_York"`, column: `"format": "ExcelDays"`, cells: [][2]string{
			{"46143", "2026-05-01T04:00:00Z"}, {"46143.0", "2026-05-01T04:00:00Z"}, {"46143.604166666664", "2026-05-01T18:30:00Z"}, {"61", "1900-03-01T05:00:00Z"}, {"46143.999999999", "2026-05-02T04:00:00Z"},
			{"60", `"60" is outside the days that Excel counts as the calendar does, which are 61, 1 March 1900, to 2958465`},
			{"2958466", `"2958466" is outside the days that Excel counts as the calendar does, which are 61, 1 March 1900, to 2958465`},
			{"today", `"today" is not a number of ExcelDays`},
		}},
		{name: "days of Excel as dates", field: "Birthday", table: `"zone": "America/New_York"`, column: `"format": ["ExcelDays", "2006-01-02"]`, cells: [][2]string{
			{"46143", "2026-05-01"}, {"46143.75", "2026-05-01"}, {"2026-05-02", "2026-05-02"},
		}},
		{name: "codes", field: "Rating", column: `"codes": {"0": "Cold", "1": "Hot", "9": ""}, "null": ["-"]`, cells: [][2]string{
			{"0", "Cold"}, {" 1", "Hot"}, {"9", "null"}, {"-", "null"}, {"2", `"2" is not among the codes of the column`},
		}},
		{name: "codes of numbers", field: "Visits", column: `"codes": {"A": "1", "B": "2.5"}`, cells: [][2]string{
			{"A", "1"}, {"B", "2.5"}, {"b", `"b" is not among the codes of the column; did you mean B?`},
		}},
		{name: "codes of choices", field: "Interests", column: `"codes": {"1": "Tea", "2": "Coffee"}, "separator": ","`, cells: [][2]string{
			{"1, 2", "Tea; Coffee"}, {",", "null"}, {"1,3", `"3" is not among the codes of the column`},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, cell := range test.cells {
				if got := readCell(t, test.field, test.column, test.table, cell[0]); got != cell[1] {
					t.Errorf("%q: got %s, want %s", cell[0], got, cell[1])
				}
			}
		})
	}
}

// readCell reads a text as a field of a contact, and returns its value, null, or the
// problem.
func readCell(t *testing.T, field, column, table, cell string) string {
	t.Helper()
	if column != "" {
		column = ", " + column
	}
	if table != "" {
		table += ", "
	}
	m := readMapping(t, fmt.Sprintf(`{%s"tables": [{"file": "c.csv", "entity": "Contact", "id": "id", "columns": {%q: {"name": "v"%s}}}]}`, table, field, column))
	var file strings.Builder
	w := csv.NewWriter(&file)
	w.WriteAll([][]string{{"id", "v"}, {"1", cell}})
	// One number tells that the point of the others is a decimal sign.
	if field == "Visits" && !strings.Contains(column, "codes") && !strings.Contains(table+column, `"decimal": ","`) {
		w.WriteAll([][]string{{"2", "0.5"}})
	}
	schema := testSchema(t)
	data, err := tables.LoadFS(t.Context(), files("c.csv", file.String()), ".", schema, tables.Options{Mapping: m})
	if problems, ok := errors.AsType[*tables.Problems](err); ok && problems.Len() == 1 && strings.HasPrefix(problems.Error(), "c.csv:2: v: ") {
		return strings.TrimPrefix(problems.Error(), "c.csv:2: v: ")
	}
	if err != nil {
		t.Fatalf("%q: %v", cell, err)
	}
	got := dump(t, data, schema, "Contact", "1")[0]
	_, got, ok := strings.Cut(got, "=")
	if !ok {
		return "null"
	}
	_, got, _ = strings.Cut(got, " ")
	return strings.Trim(got, `"`)
}

// TestNumbersThatReadTwoWays: a column in which every number with a point has three
// digits after it is an error of the mapping, and a warning without one.
func TestNumbersThatReadTwoWays(t *testing.T) {
	for _, test := range []struct {
		name   string
		cells  []string
		column string
		want   string // after the place; "" = none
	}{
		{"thousands, or three decimals", []string{"7", "350.000", "12.250"}, "", `c.csv:3: 350.000 is 350, or 350000 if the point groups digits, and no number of the column tells which; give the column "decimal": "." or "decimal": ","`},
		{"negative", []string{"-350.250"}, "", `c.csv:2: -350.250 is -350.25, or -350250 if the point groups digits, and no number of the column tells which; give the column "decimal": "." or "decimal": ","`},
		{"two decimals tell", []string{"350.000", "7.25"}, "", ""},
		{"four digits before the point tell", []string{"350.000", "1350.000"}, "", ""},
		{"a zero before the point tells", []string{"350.000", "0.125"}, "", ""},
		{"whole numbers", []string{"350", "1250"}, "", ""},
		{"it is said that the point is decimal", []string{"350.000"}, `, "decimal": "."`, ""},
		{"it is said that the comma is", []string{"350.000"}, `, "decimal": ","`, ""},
		{"a column that is null", []string{"-", ""}, `, "null": ["-"]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := "id,Visits\n"
			for i, cell := range test.cells {
				file += fmt.Sprintf("%d,%s\n", i, cell)
			}
			m := readMapping(t, `{"tables": [{"file": "c.csv", "entity": "Contact", "id": "id", "columns": {"Visits": {"name": "Visits"`+test.column+`}}}]}`)
			for _, skip := range []bool{false, true} {
				_, err := tables.LoadFS(t.Context(), files("c.csv", file), ".", testSchema(t), tables.Options{Mapping: m, SkipBad: skip})
				got := ""
				if err != nil {
					got = strings.TrimPrefix(err.Error(), "mapping.json:1:76: Contact of c.csv: Visits: ")
				}
				if got != test.want {
					t.Errorf("got %s\nwant %s", got, test.want)
				}
			}
			if test.column != "" {
				return
			}
			data, err := tables.LoadFS(t.Context(), files("Contact.csv", file), ".", testSchema(t), tables.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if warned := len(data.Report.Warnings) == 1; warned != (test.want != "") {
				t.Errorf("without a mapping: %+v", data.Report.Warnings)
			}
		})
	}
}

// TestNumbersOfJSON: JSON says what its numbers are, but not what its texts are.
func TestNumbersOfJSON(t *testing.T) {
	m := readMapping(t, `{"tables": [{"file": "c.ndjson", "entity": "Contact", "id": "id", "columns": {"Visits": "v", "Interests": {"name": "i", "codes": {"1": "Tea", "2": "Coffee"}}}}]}`)
	schema := testSchema(t)
	data, err := tables.LoadFS(t.Context(), files("c.ndjson", `{"id": 1, "v": 350.000, "i": [1, "2"]}`), ".", schema, tables.Options{Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	if got := dump(t, data, schema, "Contact", "1")[0]; got != `1: Visits=number "350" Interests=choices "Tea; Coffee"` {
		t.Errorf("got %s", got)
	}
	_, err = tables.LoadFS(t.Context(), files("c.ndjson", `{"id": 1, "v": "350.000", "i": [3]}`), ".", schema, tables.Options{Mapping: m, SkipBad: true})
	if err == nil || !strings.Contains(err.Error(), "350.000 is 350, or 350000") || !strings.Contains(err.Error(), `"3" is not among the codes`) {
		t.Errorf("got %v", err)
	}
}

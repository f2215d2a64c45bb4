package crm

import (
	"fmt"
	"strconv"
	"strings"
)

// Schema returns the schema of the data, as text of the rule language.
func Schema() string {
	var b strings.Builder
	block(&b, "profile", Lead, "ParentContact -> Contact", "ParentAccount -> Account")
	block(&b, "profile", Contact, "ParentAccount -> Account")
	block(&b, "profile", Account, "Contacts <- Contact.ParentAccount")
	for _, e := range Interactions {
		block(&b, "interaction", e)
	}
	return b.String()
}

func block(b *strings.Builder, kind string, e *Entity, relationships ...string) {
	fmt.Fprintf(b, "%s %s {\n", kind, e.Name)
	for _, f := range e.Fields {
		switch f.Type {
		case Text:
			fmt.Fprintf(b, "    %s text\n", f.Name)
		case Number:
			fmt.Fprintf(b, "    %s number\n", f.Name)
		case Choice:
			fmt.Fprintf(b, "    %s choice (%s)\n", f.Name, Quote(f.Values))
		}
	}
	for _, r := range relationships {
		fmt.Fprintf(b, "    %s\n", r)
	}
	b.WriteString("}\n\n")
}

// Quote returns texts in double quotes with commas between them.
func Quote(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	return strings.Join(quoted, ", ")
}

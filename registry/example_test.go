package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/folder"
	"github.com/leadscore/leadscore/source/memory"
)

// A version is tried on all leads, refused, accepted, and rolled back.
func Example() {
	ctx := context.Background()
	name, err := os.MkdirTemp("", "versions")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(name)
	store, err := folder.Open(name)
	if err != nil {
		panic(err)
	}
	defer store.Close()
	data := memory.New(leadscore.StandardSchema())
	for _, id := range []string{"lead-ada", "lead-ben"} {
		if err := data.Add("Lead", id, memory.Record{"Topic": "Coffee"}); err != nil {
			panic(err)
		}
	}
	options := registry.Options{Now: func() time.Time { return time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC) }}
	r, err := registry.Open(ctx, store, leadscore.StandardSchema(), options)
	if err != nil {
		panic(err)
	}
	for name, points := range map[string]int{"spring": 10, "summer": 5} {
		if err := r.Draft(ctx, registry.Version{Name: name, Author: "ada", Files: rules(points)[:1]}); err != nil {
			panic(err)
		}
	}
	if _, err := r.Publish(ctx, "spring", registry.By{Author: "ada", Note: "as agreed with sales"}, nil); err != nil {
		panic(err)
	}

	population := &registry.Population{
		Leads:  data.Leads(ctx),
		Source: func(context.Context, *registry.Live) (leadscore.Source, error) { return data, nil },
		Accept: func(e *registry.Effect) error {
			if e.Summary.Lost > 1 {
				return fmt.Errorf("%d leads would no longer be sales ready", e.Summary.Lost)
			}
			return nil
		},
	}
	_, err = r.Publish(ctx, "summer", registry.By{Author: "ben"}, population)
	if refused, ok := errors.AsType[*registry.RefusedError](err); ok {
		fmt.Println(refused.Reasons)
	}
	if _, err = r.Publish(ctx, "summer", registry.By{Author: "ben", Note: "all the same"}, nil); err != nil {
		panic(err)
	}
	fmt.Println(r.Live().Version)
	if _, err = r.Publish(ctx, "spring", registry.By{Author: "ada", Note: "roll back"}, nil); err != nil {
		panic(err)
	}
	fmt.Println(r.Live().Version)
	for e, err := range r.History(ctx, 0) {
		if err != nil {
			panic(err)
		}
		if e.Action == registry.ActionPublish {
			fmt.Println(e.Author, e.Version, e.Note, e.Refused())
		}
	}
	// Output:
	// 2 leads would no longer be sales ready
	// summer
	// spring
	// ada spring as agreed with sales false
	// ben summer  true
	// ben summer all the same false
	// ada spring roll back false
}

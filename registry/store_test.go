package registry_test

import (
	"testing"

	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/registrytest"
)

func TestMemory(t *testing.T) {
	registrytest.Run(t, func(*testing.T) (one, other registry.Store) {
		m := &registry.Memory{}
		return m, m
	})
}

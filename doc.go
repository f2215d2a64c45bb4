// Package leadscore scores leads.
package leadscore

package traverse

import "context"

// A Pipeliner is a [Source] that can be asked several queries before it answers the
// first: over a connection to a server, they take one round trip. A batch of leads needs
// several kinds of records at the same time, and asks a Pipeliner for all of them
// together. Implementing it is optional.
type Pipeliner interface {
	Source

	// Pipeline sends queries, each of which has keys. It returns nil if they are to be
	// asked one by one, by Fetch: if something is wrong with one of them, or with the
	// server, Fetch says it.
	//
	// asked is the source that was asked. A type that embeds a Pipeliner and has a Fetch
	// of its own has the method Pipeline, too, and should not be passed by: so Pipeline
	// returns nil unless asked is the Pipeliner itself.
	//
	// Pipeline changes none of the queries and keeps none of them longer than until the
	// Pipeline is closed.
	Pipeline(ctx context.Context, asked Source, queries []*Query) Pipeline
}

// A Pipeline has the answers to queries that were sent together. It is used by one
// goroutine.
type Pipeline interface {
	// Fetch is called with copies of the queries in the order in which they were sent, once
	// for each, until it returns an error. The Limit may be lower than that of the query
	// that was sent. After an error the pipeline is closed, and the queries that are left,
	// and parts of the one that failed, are asked again by Fetch of the Pipeliner.
	Source

	// Close gives back what the pipeline holds, such as a connection. Answers that have not
	// been fetched are lost.
	Close()
}

// PipelineOf sends queries to a source, if that is a [Pipeliner] and there are several. It
// returns nil if they are to be asked one by one.
func PipelineOf(ctx context.Context, source Source, queries []*Query) Pipeline {
	p, ok := source.(Pipeliner)
	if !ok || len(queries) < 2 {
		return nil
	}
	for _, q := range queries {
		if len(q.Keys) == 0 || q.Need.changed() {
			return nil
		}
	}
	return p.Pipeline(ctx, source, queries)
}

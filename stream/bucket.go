package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/traverse"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// errConflict is the error of a commit if one of its documents has been written since it
// was read.
var errConflict = errors.New("a document has been written since it was read")

// errTooLarge is the error of a commit if a document has more bytes than the server takes.
var errTooLarge = errors.New("more bytes than the server takes in a message")

// A bucket keeps the newest version of each document in a JetStream stream, by subject.
// Several are written at once, all or none, and only if nobody else has written them since
// they were read.
type bucket struct {
	js     jetstream.JetStream
	conn   *nats.Conn
	stream jetstream.Stream
	prefix string // of subjects, with the last dot
}

// A revision is the sequence number of a document in its stream; 0 = there is none.
type revision = uint64

// A write is one document of a commit.
type write struct {
	key  string
	data []byte
	// expected is the revision that was read, or any.
	expected revision
	any      bool
	header   nats.Header   // or nil
	ttl      time.Duration // after which the document is deleted; 0 = never
}

// openBucket creates the stream of a bucket, or brings its configuration up to date.
//
// With several replicas, documents are read from the leader of the stream alone: any other
// replica might not have the newest version yet, and what is scored from an old version
// would stay wrong.
func openBucket(ctx context.Context, js jetstream.JetStream, name, prefix string, o *Options) (*bucket, error) {
	s, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:               name,
		Subjects:           []string{prefix + ">"},
		MaxMsgsPerSubject:  1,
		Retention:          jetstream.WorkQueuePolicy, // documents have no consumer, and stay; leads that are due go when they are scored
		Storage:            o.Storage,
		Replicas:           o.Replicas,
		AllowDirect:        o.Replicas <= 1,
		AllowAtomicPublish: true,
		AllowMsgTTL:        true,
		AllowMsgSchedules:  true,
	})
	if err != nil {
		return nil, fmt.Errorf("stream: create the stream %s: %w", name, err)
	}
	return &bucket{js: js, conn: js.Conn(), stream: s, prefix: prefix}, nil
}

// get returns a document and its revision, or nil and 0 if there is none.
func (b *bucket) get(ctx context.Context, key string) ([]byte, revision, error) {
	m, err := b.stream.GetLastMsgForSubject(ctx, b.prefix+key)
	switch {
	case err == nil:
		return m.Data, m.Sequence, nil
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, 0, nil
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	}
	return nil, 0, unavailable("read "+key, err)
}

// commit writes documents, all or none. It returns errConflict if one of them has been
// written since it was read.
func (b *bucket) commit(ctx context.Context, writes ...write) error {
	id := ""
	if len(writes) > 1 {
		id = nuid.Next()
	}
	for i := range writes {
		w := &writes[i]
		m := nats.NewMsg(b.prefix + w.key)
		m.Data = w.data
		for k, v := range w.header {
			m.Header[k] = v
		}
		if !w.any {
			m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(w.expected, 10))
		}
		if w.ttl > 0 {
			m.Header.Set(jetstream.MsgTTLHeader, max(w.ttl, time.Second).Round(time.Second).String())
		}
		if id != "" {
			m.Header.Set("Nats-Batch-Id", id)
			m.Header.Set("Nats-Batch-Sequence", strconv.Itoa(i+1))
		}
		if i < len(writes)-1 {
			if err := b.conn.PublishMsg(m); err != nil {
				return publishing(w.key, err)
			}
			continue
		}
		if id != "" {
			m.Header.Set("Nats-Batch-Commit", "1")
		}
		if _, err := b.js.PublishMsg(ctx, m); err != nil {
			return publishing(w.key, err)
		}
	}
	return nil
}

// publishing returns the error of a commit for the error of a message.
func publishing(key string, err error) error {
	if errors.Is(err, nats.ErrMaxPayload) {
		return fmt.Errorf("%s: %w", key, errTooLarge)
	}
	if bad, ok := errors.AsType[*jetstream.APIError](err); ok {
		switch bad.ErrorCode {
		case 10071, 10164: // wrong last sequence: another one, or one that is being written
			return errConflict
		case 10054: // message size exceeds maximum allowed
			return fmt.Errorf("%s: %w", key, errTooLarge)
		}
	}
	return unavailable("write "+key, err)
}

// names returns what comes after a part of a key in all keys that begin with it.
func (b *bucket) names(ctx context.Context, part string) ([]string, error) {
	info, err := b.stream.Info(ctx, jetstream.WithSubjectFilter(b.prefix+part+"*"))
	if err != nil {
		return nil, unavailable("list "+part, err)
	}
	var list []string
	for subject := range info.State.Subjects {
		n, err := name(strings.TrimPrefix(subject, b.prefix+part))
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

// getJSON reads a document of JSON into v, which stays as it is if there is none.
func (b *bucket) getJSON(ctx context.Context, key string, v any) (revision, error) {
	data, rev, err := b.get(ctx, key)
	if err != nil || rev == 0 {
		return rev, err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return 0, fmt.Errorf("stream: the document %s%s: %w", b.prefix, key, err)
	}
	return rev, nil
}

// putJSON writes a document of JSON.
func (b *bucket) putJSON(ctx context.Context, key string, v any, expected revision) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.commit(ctx, write{key: key, data: data, expected: expected})
}

// unavailable returns an error that wraps traverse.ErrUnavailable: what failed is tried
// again later.
func unavailable(what string, err error) error {
	return fmt.Errorf("stream: %s: %w: %w", what, traverse.ErrUnavailable, err)
}

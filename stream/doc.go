// Package stream keeps the scores of leads up to date on NATS JetStream: records of a CRM and
// interactions come in as messages, and go out as events what becomes of leads. After each
// change the scores are those that scoring all records from the beginning gives.
//
//	l, err := stream.Open(ctx, js, "crm", stream.Options{})
//	w, err := l.Version(ctx, "v1", set) // a set of models: leadscore.CompileSet
//	go w.Run(ctx)
//	err = w.Promote(ctx) // v1 is live: it sends events
//	err = l.Publish(ctx, stream.Change{
//		Entity: "EmailOpened", ID: "open-7",
//		Record: map[string]any{"Contact": "ada", "Timestamp": time.Now()},
//	})
//
// # Streams and subjects
//
// A log has a name, here crm, and these streams:
//
//	crm_changes        crm.changes.ENTITY.ID      changes of records, all that there ever were
//	crm_events         crm.events.KIND.LEAD       what became of leads: see Event
//	crm_dead           crm.dead.VERSION           changes that could not be applied, with the reason
//	crm_state_VERSION  crm.state.VERSION.>        the state of a version of the rules
//	crm_control        crm.control.>              which versions there are, and which one is live
//
// In a subject, letters and digits of ASCII, - and _ stay, and any other byte of a name or an
// id is = and two hexadecimal digits: the lead "a.7" is the token a=2E7. The body of a change
// is the JSON of a [Change]. Programs in other languages can publish changes; if the header
// Nats-Msg-Id is set, the server ignores a repetition within [Options.Window].
//
// # What is kept
//
// A version keeps the newest state of each record, and not counters: what it scores, it scores
// with the engine of package leadscore, so nothing says a second time what rules mean. Of a
// record are kept the fields that the rules ask for ([leadscore.Set.Needs]), the sequence
// number of the change that wrote it, and the ids of the records that refer to it. The
// interactions of a contact or a lead are kept with it, in one document. An interaction that no
// rule can count any more, as of now or any later instant ([leadscore.Set.Queries]), is dropped
// after [Options.Keep].
//
// A change writes the document of its record, and those of the records that it refers to or
// referred to, in one atomic batch: all of them, and only if none has been written since it was
// read. A change that comes again, or after a later one of the same record, is known by its
// sequence number and changes nothing. So it does not matter how often and in which order
// changes are delivered, and an interaction is counted once.
//
// # Which leads are scored
//
// After a change, references are followed backwards from the record to leads, by every
// reference that the rules follow in the other direction: from an account to its contacts, from
// these to their leads, or from a campaign to the clicks that name it. What the record referred
// to before the change is followed, too. So leads are found for every path that the language
// has, and no set is refused for its paths. [Log.Version] refuses a set without models, one of
// models with different schemas, and one that has been given the name of another version.
//
// What refers to one record is listed in one document, whose size the server limits (by default
// to a megabyte: some 10,000 interactions of a contact, or 20,000 references). A change that
// would make it larger is a dead letter.
//
// # Several workers
//
// Any number of workers share the work of a version, in one program or in several. They are not
// partitioned: one change may concern leads of any partition, such as an account with many
// contacts, and an atomic write with compare-and-set decides in any case who was first. Of
// two workers that score the same lead, the one that comes second scores it again. The score is
// read before the records and written after them, only if nobody has written it meanwhile; a
// change is written before the leads are looked for. So the last score of a lead has seen all
// changes. Within a worker, changes of one contact are handled one after the other, and changes
// that wait for the same lead share one scoring, so conflicts are rare. So an event may tell
// what several changes have brought about that came at the same time.
//
// # Time
//
// A score is as of the instant at which the server stored the change. With it is kept until when
// it stays the same if no record changes ([Score.Next]), and in the same atomic batch a
// scheduled message is written, which the server delivers at that instant. A version whose
// workers were away takes each lead through all the changes that it missed, as of their
// instants, with the records that there are then.
//
// # Events
//
// Events are stored with the score that they tell, and then sent. Whoever scores the lead next
// sends those first that may not have been sent. So an event comes at least once, and the events
// of a lead come in order, apart from repetitions, which have the same [Event.ID] and
// [Event.Number].
//
// # Versions of the rules
//
// A new version, or an old one that is to be built again, reads the log from its beginning,
// beside the version that is live. It first applies all changes, then scores all leads, and from
// then on keeps up. [Worker.Promote] makes it live: each lead is taken over from the version
// before, which sends no event for it any more, and an event says what differs. The lead keeps
// its stages.
//
// # Failures
//
// A change that cannot be applied, such as one with a field that the schema does not have, goes
// to the dead letters with the reason, and the next one is handled. To repair it, publish a
// correct change of the record. A lead that cannot be scored has the outcome [StatusFailed], which
// is an event, too. What fails because a server is away is tried until it succeeds. Back-pressure
// is that of a pull consumer: at most [Options.Pending] changes are with workers, and all others
// wait in the log.
//
// With [Options.Replicas] 3, what a server has acknowledged survives the loss of another one.
// Documents are then read from the leader of their stream.
package stream

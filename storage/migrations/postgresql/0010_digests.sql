-- What happens to a recipient of a route within a time, to be told by one message: the delivery of
-- the same id, which waits for its words under the owner ''. `bucket` is a hash of route, channel and
-- recipient while the digest is open, and null once its time is over.
create table notification_digests (
  id bytea not null primary key,
  bucket bytea unique,
  route text not null,
  target_kind text not null,
  target text not null,
  collected bigint not null,
  due_at bigint not null
);
create index notification_digests_due on notification_digests (due_at);

-- The events of each digest in their order, with the locks that were taken for them; they are kept
-- as long as the events.
create table notification_digest_events (
  digest_id bytea not null,
  number bigint not null,
  event_id bytea not null,
  lock_key bytea,
  primary key (digest_id, number)
);
create index notification_digest_events_event on notification_digest_events (event_id);

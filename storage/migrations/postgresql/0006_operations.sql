-- Work on many deliveries, done in slices: those that fit `filter`, from `done_id` up to `last_id`.
-- The counts are final ones, written when it is over.
create table notification_batches (
  id bytea not null primary key,
  status text not null,
  filter text not null,
  done_id bytea,
  last_id bytea,
  total bigint not null,
  succeeded bigint not null,
  failed bigint not null,
  created_at bigint not null,
  completed_at bigint
);
create index notification_batches_open on notification_batches (id) where completed_at is null;

alter table notification_deliveries add column batch_id bytea;
create index notification_deliveries_batch on notification_deliveries (batch_id, status)
  where batch_id is not null;

-- What came of an event is found from the event.
create index notification_deliveries_event on notification_deliveries (event_id)
  where event_id is not null;
create index notifications_event on notifications (event_id) where event_id is not null;

-- Names of the routes an event fitted, as a JSON list.
alter table notification_events add column routes text not null default '[]';

-- The API's own routes, in order; each is a JSON object.
create table routes (
  position bigint not null primary key,
  document text not null,
  updated_at bigint not null
);

-- When a throttled route told a recipient; `bucket` is a hash of both.
create table route_uses (
  bucket bytea not null,
  at bigint not null,
  delivery_id bytea not null,
  primary key (bucket, at, delivery_id)
);
create index route_uses_age on route_uses (at);

-- Ids, keys and hashes are blobs, times are milliseconds since 1970 in UTC, JSON is text.
-- Empty text stands for null.

create table notifications (
  id blob not null primary key,
  -- Its place in the inbox's order; null until it is visible.
  seq bigint,
  title text not null,
  message text not null,
  type text not null,
  priority integer not null,
  user_id text not null,
  role text not null,
  store_id text not null,
  extra_data text not null,
  source text not null,
  group_key text not null,
  dedupe_key text not null,
  created_at bigint not null,
  visible_at bigint,
  expires_at bigint,
  deliver_at bigint,
  event_id blob,
  trace_id text not null
);
create unique index notifications_seq on notifications (seq);
create index notifications_audience
  on notifications (user_id, role, store_id, seq, expires_at);
create index notifications_due on notifications (deliver_at, id) where seq is null;

-- `head` is the last number given, `floor` the last one pruned.
create table sequences (
  name text not null primary key,
  head bigint not null,
  floor bigint not null
) without rowid;
insert into sequences (name, head, floor) values ('inbox', 0, 0);

create table notification_reads (
  user_id text not null,
  notification_id blob not null,
  read_at bigint,
  deleted_at bigint,
  primary key (user_id, notification_id)
) without rowid;
create index notification_reads_notification on notification_reads (notification_id);

-- A row per read-all that changed anything: all up to `seq` is read since `read_at` at the latest.
create table inbox_watermarks (
  user_id text not null,
  seq bigint not null,
  read_at bigint not null,
  primary key (user_id, seq)
) without rowid;
create index inbox_watermarks_seq on inbox_watermarks (seq);

create table notification_events (
  id blob not null primary key,
  type text not null,
  source text not null,
  entity_id text not null,
  sub_id text not null,
  recipients text not null,
  data text not null,
  priority integer,
  locale text not null,
  trace_id text not null,
  subject text not null,
  occurred_at bigint not null,
  created_at bigint not null
);

create table notification_deliveries (
  id blob not null primary key,
  event_id blob,
  notification_id blob,
  channel text not null,
  recipient text not null,
  user_id text not null,
  status text not null,
  priority integer not null,
  attempts integer not null,
  tries integer not null,
  max_attempts integer not null,
  -- When the next attempt may start; null once the delivery is final.
  due_at bigint,
  expires_at bigint,
  last_error text not null,
  error_class text not null,
  reason text not null,
  provider_message_id text not null,
  trace_id text not null,
  failover_of blob,
  failed_over_to blob,
  failover text not null,
  content_type text not null,
  title text not null,
  body text not null,
  data text not null,
  created_at bigint not null,
  sent_at bigint,
  -- The node whose sender has claimed it.
  owner text
);
create index notification_deliveries_waiting
  on notification_deliveries (channel, priority, due_at, id)
  where owner is null and due_at is not null;
create index notification_deliveries_expiry
  on notification_deliveries (expires_at, channel, priority)
  where due_at is not null;
create index notification_deliveries_owned on notification_deliveries (owner, channel)
  where owner is not null;
create index notification_deliveries_dead on notification_deliveries (channel)
  where status = 'dead';

create table notification_attempts (
  delivery_id blob not null,
  number integer not null,
  channel text not null,
  started_at bigint not null,
  duration_ms bigint not null,
  outcome text not null,
  error_class text not null,
  provider_code text not null,
  excerpt text not null,
  primary key (delivery_id, number)
) without rowid;
create index notification_attempts_channel on notification_attempts (channel, started_at);

-- When a claim of a dead owner was last freed: what it may have sent is unknown since then.
create table channel_releases (
  channel text not null primary key,
  released_at bigint not null
) without rowid;

-- What happens once: a delivery of an event about an entity, a notification with a dedupe key.
create table notification_locks (
  key blob not null primary key,
  event_id blob,
  notification_id blob,
  created_at bigint not null,
  expires_at bigint not null
) without rowid;
create index notification_locks_expiry on notification_locks (expires_at);

create table idempotency_keys (
  key blob not null primary key,
  body_hash blob not null,
  status integer not null,
  body text not null,
  created_at bigint not null
) without rowid;
create index idempotency_keys_age on idempotency_keys (created_at);

create table recipients (
  user_id text not null primary key,
  roles text not null,
  stores text not null,
  locale text not null,
  time_zone text not null,
  updated_at bigint not null
) without rowid;

create table recipient_addresses (
  user_id text not null,
  channel text not null,
  address text not null,
  updated_at bigint not null,
  primary key (user_id, channel)
) without rowid;

-- One row per node that ever wrote here; `epoch` counts its lives, `batch` is its last commit.
create table leases (
  node text not null primary key,
  epoch bigint not null,
  batch bigint not null,
  alive_at bigint not null
) without rowid;

create table audit_log (
  id blob not null primary key,
  at bigint not null,
  subject text not null,
  action text not null,
  object text not null,
  detail text not null
);

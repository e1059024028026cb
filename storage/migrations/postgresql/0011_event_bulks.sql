-- An event with too many people for one commit is told by a bulk: its letter holds the routes and the
-- groups. `after_user` is behind whom the groups' people go on, null where nobody is left of them;
-- `turn` is the number of their next slice.
alter table notification_batches add column event_id bytea;
alter table notification_batches add column after_user text;
alter table notification_batches add column turn bigint not null default 0;
create index notification_batches_event on notification_batches (event_id)
  where event_id is not null;

-- A bulk is a batch with a letter: what each of its users is told, as JSON. `told` are those whom the
-- inbox alone has told; what became of the others is in their deliveries.
alter table notification_batches add column letter text;
alter table notification_batches add column started_by text;
alter table notification_batches add column lane integer not null default 1;
alter table notification_batches add column told bigint not null default 0;

-- Users who wait for their turn, as JSON lists. The commit that plans them takes their row away.
create table notification_batch_chunks (
  batch_id bytea not null,
  number bigint not null,
  user_ids text not null,
  primary key (batch_id, number)
);

-- `in_inbox` is 1 where the inbox has told the user as well.
alter table notification_deliveries add column bulk_id bytea;
alter table notification_deliveries add column in_inbox integer;
create index notification_deliveries_bulk
  on notification_deliveries (bulk_id, user_id, status, in_inbox)
  where bulk_id is not null;
create index notification_deliveries_bulk_waiting on notification_deliveries (bulk_id)
  where bulk_id is not null and due_at is not null;

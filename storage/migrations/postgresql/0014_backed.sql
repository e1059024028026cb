-- What waits and has a backup: a channel whose credentials are refused gives that to it, and nothing
-- else, however much waits.
create index notification_deliveries_backed
  on notification_deliveries (channel, priority, due_at, id)
  where owner is null and due_at is not null and failover <> '';

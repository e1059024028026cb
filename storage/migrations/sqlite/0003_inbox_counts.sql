-- Counts by type and priority stay within the index as the others do.
drop index notifications_audience;
create index notifications_audience
  on notifications (user_id, role, store_id, seq, expires_at, type, priority);

-- The newest of a group, and how many there are.
create index notifications_group
  on notifications (user_id, role, store_id, group_key, seq, expires_at, id)
  where group_key <> '';

create index notification_deliveries_status on notification_deliveries (channel, status);

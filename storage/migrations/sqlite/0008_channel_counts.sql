-- How many deliveries wait in each lane of a channel, and in lane -1 how many are dead: a row for
-- what each node's commits changed, so that nodes do not wait for one another. The sum counts.
create table channel_counts (
  channel text not null,
  lane integer not null,
  node text not null,
  count bigint not null,
  primary key (channel, lane, node)
) without rowid;
insert into channel_counts (channel, lane, node, count)
select channel, priority, '', count(*) from notification_deliveries
where due_at is not null group by channel, priority;
insert into channel_counts (channel, lane, node, count)
select channel, -1, '', count(*) from notification_deliveries
where status = 'dead' group by channel;

-- When a notification of an event first went to a live connection of the user it is for; null where
-- the user was away then.
alter table notifications add column pushed_at bigint;

-- What the provider gave for this delivery alone before its first attempt (JPush: a cid); every
-- attempt carries it, so that one whose answer was lost can be repeated.
alter table notification_deliveries add column ticket text not null default '';

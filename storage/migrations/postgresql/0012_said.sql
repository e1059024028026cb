-- What the holder of a dedupe key said, where no row of the inbox does.
alter table notification_locks add column said text;

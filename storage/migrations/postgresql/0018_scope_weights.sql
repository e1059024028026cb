-- How often an attempt counts against its limit: a message to several people as often as they are.
alter table scope_uses add column weight bigint not null default 1;

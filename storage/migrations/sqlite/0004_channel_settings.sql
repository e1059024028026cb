-- The HTML part of a delivery, and the provider's own template with what fills it.
alter table notification_deliveries add column html text not null default '';
alter table notification_deliveries add column template_id text not null default '';
alter table notification_deliveries add column params text not null default '';

-- What the API says of a channel beside the file: `settings` is its configuration as JSON, its
-- secrets encrypted, or empty where only the state is kept. Times say since when.
create table channel_settings (
  name text not null primary key,
  settings text not null,
  paused_at bigint,
  broken_at bigint,
  broken_why text not null,
  updated_at bigint not null
) without rowid;

-- Keys of the configuration that the API has changed; `value` is JSON.
create table settings (
  name text not null primary key,
  value text not null,
  updated_at bigint not null
) without rowid;

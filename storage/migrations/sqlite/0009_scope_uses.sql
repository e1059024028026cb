-- Attempts that count against a limit beside the channel's own, such as a phone number's, until
-- that time: a process that starts anew asks for them.
create table scope_uses (
  channel text not null,
  scope text not null,
  started_at bigint not null,
  delivery_id blob not null,
  until bigint not null,
  primary key (channel, scope, started_at, delivery_id)
) without rowid;
create index scope_uses_until on scope_uses (until);

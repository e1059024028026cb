-- Until when a provider wants a channel, or one of its scopes, left alone: a process that starts anew
-- heeds it. The empty scope is the whole channel.
create table channel_freezes (
  channel text not null,
  scope text not null,
  until bigint not null,
  primary key (channel, scope)
);
create index channel_freezes_until on channel_freezes (until);

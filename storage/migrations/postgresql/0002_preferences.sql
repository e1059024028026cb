-- Every version of a user's preferences: it holds for what is numbered above `since_seq`, up to
-- `until_seq`, which is null for the one that holds now.
create table preferences (
  user_id text collate "C" not null,
  since_seq bigint not null,
  until_seq bigint,
  document text not null,
  updated_at bigint not null,
  primary key (user_id, since_seq)
);
create index preferences_superseded on preferences (until_seq) where until_seq is not null;

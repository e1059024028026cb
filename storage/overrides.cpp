#include "storage/overrides.hpp"

namespace carillon::storage {

namespace {

/// A row that says nothing any more is not kept.
void drop_if_empty(work& w, const std::string& channel) {
  w.db.run(
    "delete from channel_settings where name = :name and settings = '' and "
    "paused_at is null and broken_at is null",
    {{"name", channel}});
}

}  // namespace

std::vector<channel_record> read_channel_records(connection& db) {
  std::vector<channel_record> all;
  db.select(
    "select name, settings, paused_at, broken_at, broken_why, updated_at from channel_settings "
    "order by name",
    6, {}, [&](row& x) {
      auto& one = all.emplace_back();
      one.name = x.text();
      one.settings = x.text();
      one.paused_at = x.optional_time();
      one.broken_at = x.optional_time();
      one.broken_why = x.text();
      one.updated_at = x.time();
    });
  return all;
}

std::map<std::string, std::string> read_setting_records(connection& db) {
  std::map<std::string, std::string> all;
  db.select("select name, value from settings", 2, {}, [&](row& x) {
    auto name = x.text();
    all.insert_or_assign(std::move(name), x.text());
  });
  return all;
}

bool is_overridden(connection& db, const std::string& channel) {
  bool found = false;
  db.select("select 1 from channel_settings where name = :name and settings <> ''", 1,
            {{"name", channel}}, [&](row&) { found = true; });
  return found;
}

void apply_change(work& w, const override_channel& what, timestamp now) {
  w.out.rows += w.db.run(
    "insert into channel_settings (name, settings, broken_why, updated_at) "
    "values (:name, :settings, '', :now) on conflict (name) do update set "
    "settings = excluded.settings, broken_at = null, broken_why = '', "
    "updated_at = excluded.updated_at",
    {{"name", what.name}, {"settings", what.settings.value_or("")}, {"now", now}});
  drop_if_empty(w, what.name);
}

void apply_change(work& w, const pause_channel& what, timestamp now) {
  w.out.rows += w.db.run(
    "insert into channel_settings (name, settings, paused_at, broken_why, updated_at) "
    "values (:name, '', :paused, '', :now) on conflict (name) do update set "
    "paused_at = case when excluded.paused_at is null then null "
    "else coalesce(channel_settings.paused_at, excluded.paused_at) end, "
    "updated_at = excluded.updated_at",
    {{"name", what.name}, null_if(!what.paused, {"paused", now}), {"now", now}});
  drop_if_empty(w, what.name);
}

void apply_change(work& w, const break_channel& what, timestamp now) {
  w.out.rows += w.db.run(
    "insert into channel_settings (name, settings, broken_at, broken_why, updated_at) "
    "values (:name, '', :broken, :why, :now) on conflict (name) do update set "
    "broken_at = excluded.broken_at, broken_why = excluded.broken_why, "
    "updated_at = excluded.updated_at",
    {{"name", what.name},
     null_if(!what.broken, {"broken", now}),
     {"why", what.broken ? std::string_view(what.why) : std::string_view()},
     {"now", now}});
  drop_if_empty(w, what.name);
}

void apply_change(work& w, const override_setting& what, timestamp now) {
  if (!what.value) {
    w.out.rows += w.db.run("delete from settings where name = :name", {{"name", what.name}});
    return;
  }
  w.out.rows += w.db.run(
    "insert into settings (name, value, updated_at) values (:name, :value, :now) "
    "on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
    {{"name", what.name}, {"value", *what.value}, {"now", now}});
}

}  // namespace carillon::storage

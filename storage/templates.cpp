#include "storage/templates.hpp"

#include "storage/json_text.hpp"

#include <array>
#include <optional>
#include <utility>

namespace carillon::storage {

namespace {

/// Of a template so many versions are kept.
constexpr std::int64_t max_versions = 100;

/// What every version has.
const std::string words_columns =
  "id, code, event, channel, language, syntax, title, content, html, template_id, params, "
  "channels, priority, enabled, payload_schema, version, created_at, updated_at, updated_by";
constexpr int words_count = 19;

const std::string words_values =
  "(:id, :code, :event, :channel, :language, :syntax, :title, :content, :html, :template_id, "
  ":params, :channels, :priority, :enabled, :payload_schema, :version, :created_at, :updated_at, "
  ":updated_by)";

template_ptr read_template(row& x) {
  auto out = std::make_shared<message_template>();
  out->id = x.id<template_id>();
  out->code = x.text();
  out->event = x.text();
  out->channel = x.text();
  out->language = x.text();
  out->syntax = parse_template_syntax(x.text()).value_or(template_syntax::handlebars);
  out->title = x.text();
  out->content = x.text();
  out->html = x.text();
  out->provider_template = x.text();
  out->params = x.text();
  out->channels = strings_of(x.text());
  if (const auto lane = x.optional_number())
    out->priority = static_cast<priority>(*lane);
  out->enabled = x.number() != 0;
  out->payload_schema = x.text();
  out->version = static_cast<int>(x.number());
  out->created_at = x.time();
  out->updated_at = x.time();
  out->updated_by = x.text();
  return out;
}

template_ptr find_one(connection& db, const std::string& where, parameters values) {
  template_ptr found;
  db.select("select " + words_columns + " from " + where, words_count, values,
            [&](row& x) { found = read_template(x); });
  return found;
}

template_ptr find_by_id(connection& db, const template_id& id) {
  return find_one(db, "notification_templates where id = :id", std::array{parameter{"id", id}});
}

template_ptr find_by_place(connection& db, const message_template& what) {
  return find_one(
    db, "notification_templates where code = :code and channel = :channel and language = :language",
    std::array{parameter{"code", what.code}, parameter{"channel", what.channel},
               parameter{"language", what.language}});
}

void insert_into(work& w, const std::string& table, const message_template& x) {
  const auto channels = text_of(x.channels);
  const std::array values{
    parameter{"id", x.id},
    parameter{"code", x.code},
    parameter{"event", x.event},
    parameter{"channel", x.channel},
    parameter{"language", x.language},
    parameter{"syntax", to_string(x.syntax)},
    parameter{"title", x.title},
    parameter{"content", x.content},
    parameter{"html", x.html},
    parameter{"template_id", x.provider_template},
    parameter{"params", x.params},
    parameter{"channels", channels},
    null_if(!x.priority, {"priority", static_cast<int>(x.priority.value_or(priority::low))}),
    parameter{"enabled", static_cast<int>(x.enabled)},
    parameter{"payload_schema", x.payload_schema},
    parameter{"version", x.version},
    parameter{"created_at", x.created_at},
    parameter{"updated_at", x.updated_at},
    parameter{"updated_by", x.updated_by}};
  w.out.rows +=
    w.db.run("insert into " + table + " (" + words_columns + ") values " + words_values, values);
}

void remove_row(work& w, const template_id& id) {
  w.out.rows += w.db.run("delete from notification_templates where id = :id", {{"id", id}});
}

/// Applies the changes of one unit in order.
class template_change {
 public:
  template_change(work& w, unit& x, templating& what, uuid_source& ids)
      : w_(w), x_(x), what_(what), ids_(ids) {}

  void apply() {
    for (auto& one : what_.changes) {
      std::visit([&](const auto& change) { make(change); }, one);
      if (x_.refused)
        return what_.done.rows.clear();
    }
  }

 private:
  void refuse(errc code, std::string why) { x_.refused = error{code, std::move(why)}; }

  template_ptr existing(const template_id& id) {
    auto found = find_by_id(w_.db, id);
    if (!found)
      refuse(errc::not_found, "there is no such template");
    return found;
  }

  void make(const put_template& change) { store(change.what, find_by_place(w_.db, change.what)); }

  void make(const replace_template& change) {
    const auto before = existing(change.what.id);
    if (!before)
      return;
    const auto there = find_by_place(w_.db, change.what);
    if (there && there->id != change.what.id)
      return refuse(errc::conflict,
                    "another template has this code, channel and language: " + to_text(there->id));
    store(change.what, before);
  }

  void make(const remove_template& change) {
    if (!existing(change.id))
      return;
    remove_row(w_, change.id);
    w_.out.rows +=
      w_.db.run("delete from notification_template_versions where id = :id", {{"id", change.id}});
    what_.done.rows.push_back({{}, change.id});
  }

  void make(const enable_template& change) {
    const auto before = existing(change.id);
    if (!before)
      return;
    auto now = std::make_shared<message_template>(*before);
    now->enabled = change.enabled;
    now->updated_at = x_.now;
    w_.out.rows += w_.db.run(
      "update notification_templates set enabled = :enabled, updated_at = :now where id = :id",
      {{"enabled", static_cast<int>(change.enabled)}, {"now", x_.now}, {"id", change.id}});
    what_.done.rows.push_back({std::move(now), {}});
  }

  void make(const rollback_template& change) {
    const auto now = existing(change.id);
    if (!now)
      return;
    const auto old =
      find_one(w_.db, "notification_template_versions where id = :id and version = :version",
               std::array{parameter{"id", change.id}, parameter{"version", change.version}});
    if (!old)
      return refuse(errc::not_found, "this version of the template is not kept");
    auto wanted = *old;
    wanted.enabled = now->enabled;
    make(replace_template{std::move(wanted)});
  }

  void store(message_template next, const template_ptr& before) {
    next.id = before ? before->id : template_id{ids_.next(x_.now)};
    next.version = before ? before->version + 1 : 1;
    next.created_at = before ? before->created_at : x_.now;
    next.updated_at = x_.now;
    next.updated_by = what_.by;
    if (before)
      remove_row(w_, next.id);
    insert_into(w_, "notification_templates", next);
    insert_into(w_, "notification_template_versions", next);
    w_.db.run("delete from notification_template_versions where id = :id and version <= :gone",
              {{"id", next.id}, {"gone", next.version - max_versions}});
    what_.done.rows.push_back({std::make_shared<const message_template>(std::move(next)), {}});
  }

  work& w_;
  unit& x_;
  templating& what_;
  uuid_source& ids_;
};

std::vector<template_ptr> read_many(connection& db, const std::string& from, parameters values) {
  std::vector<template_ptr> out;
  db.select("select " + words_columns + " from " + from, words_count, values,
            [&](row& x) { out.push_back(read_template(x)); });
  return out;
}

}  // namespace

void change_templates(work& w, unit& x, templating& what, uuid_source& ids) {
  w.db.run("savepoint templates");
  template_change{w, x, what, ids}.apply();
  if (x.refused)
    w.db.run("rollback to savepoint templates");
  w.db.run("release savepoint templates");
}

std::vector<template_ptr> read_all_templates(connection& db) {
  return read_many(db, "notification_templates order by code, channel, language", {});
}

std::vector<template_ptr> read_versions_of(connection& db, const template_id& id) {
  return read_many(db, "notification_template_versions where id = :id order by version desc",
                   std::array{parameter{"id", id}});
}

}  // namespace carillon::storage

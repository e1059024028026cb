#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/submit.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/template.hpp"
#include "protocol/codec/text.hpp"

#include <caf/send.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carillon::http::api {

namespace {

using changes = decltype(templating::changes);

std::optional<template_id> template_of(const call& c) {
  auto id = parse_id<template_id>(c.in.id);
  if (!id)
    c.answer(error{errc::not_found, "there is no such template"});
  return id;
}

/// The row of the path; null where it was answered that there is none.
template_ptr row_of(const call& c) {
  const auto id = template_of(c);
  if (!id)
    return {};
  auto row = c.with.templates->now()->find(*id);
  if (!row)
    c.answer(error{errc::not_found, "there is no such template"});
  return row;
}

stored_answer show(const templates_changed& done) {
  if (done.rows.empty() || !done.rows.front().now)
    return {204, {}};
  const auto& row = *done.rows.front().now;
  return {row.version == 1 && row.created_at == row.updated_at ? 201 : 200,
          codec::template_json(row)};
}

stored_answer show_changed(const templates_changed& done) {
  auto out = show(done);
  out.status = out.body.empty() ? 204 : 200;
  return out;
}

/// Reads all templates anew, where a commit that nobody heard the end of may have changed some.
void renew(const template_shelf_ptr& shelf, const queries_actor& queries) {
  using rows = std::vector<template_ptr>;
  answer<rows> take{[shelf, queries, since = shelf->now()](const result<rows>& read) {
    if (read && !shelf->renew(*read, since))
      renew(shelf, queries);
  }};
  caf::anon_send(queries, std::make_shared<query>(query{read_templates{std::move(take)}}));
}

/// Stores a change, which holds before it is answered and is told in the audit log.
void change(const call& c, changes::value_type what, audit_entry line,
            stored_answer (*how)(const templates_changed&) = show_changed,
            std::optional<std::string> key = {}) {
  templating whole;
  if (key)
    whole.idempotency = once_of<templates_changed>(c.in, std::move(*key), how);
  whole.changes.push_back(std::move(what));
  whole.by = c.in.who->subject;
  auto tell = std::make_shared<answer<templates_changed>>(promise_once<templates_changed>(c, how));
  whole.reply = answer<templates_changed>{
    [tell, shelf = c.with.templates, queries = c.with.queries](result<templates_changed> done) {
      if (done)
        shelf->take(done->rows);
      else if (done.error().code == errc::internal)
        renew(shelf, queries);
      (*tell)(std::move(done));
    }};
  submit(c, std::move(whole), {std::move(line)});
}

/// The row of the body, which is put over the one there is.
result<message_template> read_row(const call& c, const message_template* before = nullptr) {
  return codec::decode_template(c.in.body, c.with.templates->now()->default_language(),
                                unless_known(c), before);
}

std::string place_of(const message_template& x) {
  return x.code + ' ' + (x.channel.empty() ? "*" : x.channel) + ' ' + x.language;
}

/// What a list is asked for.
struct row_filter {
  std::optional<std::string> code{};
  std::optional<std::string> event{};
  std::optional<std::string> channel{};
  std::optional<std::string> language{};
  std::optional<bool> enabled{};

  bool takes(const message_template& x) const {
    return (!code || x.code == *code) && (!event || x.event == *event)
           && (!channel || x.channel == *channel) && (!language || x.language == *language)
           && (!enabled || x.enabled == *enabled);
  }
};

std::string rows_json(const rules::template_book& all, const row_filter& which) {
  std::string out = R"({"items":[)";
  for (const auto& row : all.rows())
    if (which.takes(*row)) {
      out += out.back() == '[' ? "" : ",";
      out += codec::template_json(*row);
    }
  out += "]}";
  return out;
}

std::string codes_json(const rules::template_book& all, const row_filter& which) {
  std::set<std::string> codes;
  for (const auto& row : all.rows())
    if (which.takes(*row))
      codes.insert(row->code);
  std::string out = R"({"templates":{)";
  for (const auto& code : codes) {
    const auto row = all.describe(code, which.language.value_or(""));
    out += out.back() == '{' ? "" : ",";
    codec::append_json_string(out, code);
    out += R"(:{"title":)";
    codec::append_json_string(out, row->title);
    out += R"(,"content":)";
    codec::append_json_string(out, row->content);
    out += R"(,"channels":[)";
    for (const auto& channel : row->channels.empty() ? all.channels_of(code) : row->channels) {
      out += out.back() == '[' ? "" : ",";
      codec::append_json_string(out, channel);
    }
    out += R"(],"priority":)";
    codec::append_json_string(out, to_string(row->priority.value_or(priority::normal)));
    out += '}';
  }
  out += R"(},"count":)" + std::to_string(codes.size()) + '}';
  return out;
}

}  // namespace

void post_template(const call& c) {
  const auto row = read_row(c);
  if (!row)
    return c.answer(row.error());
  auto key = idempotency_key_of(c.in);
  if (!key)
    return c.answer(key.error());
  change(c, put_template{*row}, audit_line(c, "template.put", place_of(*row)), show,
         std::move(*key));
}

void list_templates(const call& c) {
  query_string asked{c.in.head.query};
  row_filter which;
  which.code = asked.key("code");
  which.event = asked.key("event");
  which.channel = channel_asked(c, asked);
  which.language = asked.key("language");
  which.enabled = asked.flag("enabled");
  const auto view = asked.text("view");
  if (view && *view != "list" && *view != "map")
    asked.blame("view", "`list` or `map`");
  if (const auto why = asked.fault())
    return c.answer(*why);
  const auto book = c.with.templates->now();
  c.answer(reply{200, view == "list" ? rows_json(*book, which) : codes_json(*book, which)});
}

void get_template(const call& c) {
  if (const auto row = row_of(c))
    c.answer(reply{200, codec::template_json(*row)});
}

void put_template_of(const call& c) {
  const auto before = row_of(c);
  if (!before)
    return;
  const auto row = read_row(c, before.get());
  if (!row)
    return c.answer(row.error());
  change(c, replace_template{*row}, audit_line(c, "template.put", place_of(*row)));
}

void delete_template(const call& c) {
  if (const auto row = row_of(c))
    change(c, remove_template{row->id}, audit_line(c, "template.delete", place_of(*row)));
}

void list_template_versions(const call& c) {
  if (const auto id = template_of(c))
    ask(c, read_template_versions{
             *id, c.answer.promise<std::vector<template_ptr>>([](const auto& versions) {
               return reply{200, codec::template_versions_json(versions)};
             })});
}

void rollback_template_to(const call& c) {
  const auto row = row_of(c);
  if (!row)
    return;
  const auto version = codec::decode_version(c.in.body);
  if (!version)
    return c.answer(version.error());
  change(c, rollback_template{row->id, *version},
         audit_line(c, "template.rollback", place_of(*row)));
}

void enable_template_of(const call& c) {
  if (const auto row = row_of(c))
    change(c, carillon::enable_template{row->id, true},
           audit_line(c, "template.enable", place_of(*row)));
}

void disable_template_of(const call& c) {
  if (const auto row = row_of(c))
    change(c, carillon::enable_template{row->id, false},
           audit_line(c, "template.disable", place_of(*row)));
}

void validate_template(const call& c) {
  const auto row = codec::decode_template_parts(
    c.in.body, c.with.templates->now()->default_language(), unless_known(c));
  if (!row)
    return c.answer(row.error());
  const auto wrong = rules::check_template(*row);
  std::string out = wrong.empty() ? R"({"valid":true,"errors":[)" : R"({"valid":false,"errors":[)";
  for (const auto& x : wrong) {
    out += out.back() == '[' ? "" : ",";
    out += R"({"line":)" + std::to_string(x.at.line) + R"(,"column":)" + std::to_string(x.at.column)
           + R"(,"message":)";
    codec::append_json_string(out, x.message);
    out += '}';
  }
  out += "]}";
  c.answer(reply{200, std::move(out)});
}

}  // namespace carillon::http::api

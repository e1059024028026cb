#include "adapters/http/gate.hpp"

#include "adapters/http/query_string.hpp"
#include "adapters/socketio/client.hpp"
#include "adapters/socketio/registry.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/trace.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

namespace carillon::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool starts_with_lower(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size()
         && std::equal(prefix.begin(), prefix.end(), text.begin(),
                       [](char a, char b) { return a == lower(b); });
}

/// `application/json`, any `+json`, or nothing at all.
bool is_json(std::string_view content_type) {
  const auto type = codec::trimmed(content_type.substr(0, content_type.find(';')));
  if (type.empty())
    return true;
  constexpr std::string_view suffix = "+json";
  return (starts_with_lower(type, "application/json") && type.size() == 16)
         || (type.size() > suffix.size()
             && starts_with_lower(type.substr(type.size() - suffix.size()), suffix));
}

/// The same, or NDJSON under either of its names.
bool is_json_lines(std::string_view content_type) {
  const auto type = codec::trimmed(content_type.substr(0, content_type.find(';')));
  constexpr std::string_view ndjson = "application/x-ndjson";
  constexpr std::string_view jsonl = "application/jsonl";
  return is_json(type) || (type.size() == ndjson.size() && starts_with_lower(type, ndjson))
         || (type.size() == jsonl.size() && starts_with_lower(type, jsonl));
}

bool has_right_type(body_kind wanted, std::string_view content_type) {
  return wanted == body_kind::none
         || (wanted == body_kind::lines ? is_json_lines(content_type) : is_json(content_type));
}

std::optional<error> check_metrics_token(const site& at, const request& in) {
  const auto rules = at.rules.get();
  const auto& wanted = rules->metrics_token;
  const auto given = bearer_of(in.head[field::authorization]);
  if (wanted.empty()
      || (given.size() == wanted.size()
          && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0))
    return std::nullopt;
  return error{errc::unauthorized, "the metrics token is required"};
}

std::optional<error> authenticate(const site& at, token_cache& tokens, const route& to,
                                  request& in) {
  if (to.scope == access::open)
    return std::nullopt;
  if (to.scope == access::metrics)
    return check_metrics_token(at, in);
  std::optional<std::string> from_query;
  auto token = bearer_of(in.head[field::authorization]);
  if (token.empty() && to.query_token) {
    from_query = query_string{in.head.query}.text("token");
    if (from_query)
      token = *from_query;
  }
  if (token.empty())
    return error{errc::unauthorized, "a bearer token is required"};
  auto who = tokens.check(token, in.now);
  if (!who)
    return std::move(who).error();
  in.who = std::move(*who);
  if (to.scope == access::admin && !in.who->is_admin)
    return error{errc::forbidden, "this needs the scope admin"};
  if (to.scope == access::publish && !in.who->may_publish)
    return error{errc::forbidden, "this needs the scope publish"};
  return std::nullopt;
}

error too_large(std::size_t bound) {
  return {errc::too_large, "the body may have at most " + std::to_string(bound) + " bytes"};
}

/// Another node may be there at once, this one after its restart.
constexpr seconds stopping_wait{5};

error busy() {
  return {errc::busy, "too many requests are in work", {}, seconds{1}};
}

/// Size, type and admission of what the body will be.
std::optional<reply> check_body(const site& at, admission& so_far, const request& in) {
  const auto& head = in.head;
  const bool has_body = head.chunked || head.content_length.value_or(0) > 0;
  const auto kind = so_far.to->body;
  const bool large = kind == body_kind::bulk || kind == body_kind::lines;
  so_far.body_bound = large ? at.options.max_bulk_bytes : at.options.max_body_bytes;
  const auto length = head.content_length.value_or(0);
  if (length > so_far.body_bound)
    return problem(too_large(so_far.body_bound), in.trace_id);
  if (has_body && !has_right_type(kind, head[field::content_type]))
    return problem(
      415,
      {errc::malformed, kind == body_kind::lines ? "the body must be application/x-ndjson"
                                                 : "the body must be application/json"},
      in.trace_id);
  if (so_far.to->method == verb::get)
    return std::nullopt;
  const auto& door = length > at.options.max_body_bytes ? at.with.large_door : at.with.small_door;
  so_far.ticket = door->enter(length);
  if (!so_far.ticket)
    return problem(busy(), in.trace_id);
  return std::nullopt;
}

/// Whether the page that asks may, if a page asks at all; lets it read the answer then.
bool welcome(const site& at, request& in) {
  const auto origin = in.head[field::origin];
  if (origin.data() == nullptr)
    return true;
  const auto rules = at.rules.get();
  if (!rules->pages.allows(origin, in.head[field::host]))
    return false;
  in.cors = rules->pages.lines_for(origin);
  return true;
}

bool is_preflight(const request_head& head) {
  return head.method == verb::options && head[field::origin].data() != nullptr
         && head[field::access_control_request_method].data() != nullptr;
}

error foreign_origin() {
  return {errc::forbidden, "pages of this origin are not in server.allowed_origins"};
}

/// The limit that a request counts against; null for none.
request_limit* limit_of(site& at, const route& to, const request& in) {
  if (to.live || !in.who || in.who->is_admin)
    return nullptr;
  auto& limit = in.who->may_publish ? at.producers : at.users;
  return limit.on() ? &limit : nullptr;
}

/// A connection that belongs to a session in place has its place there.
bool goes_live(const site& at, const route& to, const request& in) {
  if (!to.polled)
    return to.live;
  const auto sid = query_string{in.head.query}.text("sid");
  const auto whose = sid ? at.with.socketio->clients->find(*sid) : nullptr;
  return whose && whose->is_user();
}

}  // namespace

admission admit(site& at, token_cache& tokens, request& in) {
  admission out;
  in.trace_id = codec::trace_id_of(in.head[field::traceparent]);
  const bool allowed = welcome(at, in);
  const auto match = at.routes.find(in.head.method, in.head.path);
  out.to = match.found;
  in.id = match.id;
  if (match.found == nullptr && match.allow.empty()) {
    out.refused = problem({errc::not_found, "there is nothing at this path"}, in.trace_id);
    return out;
  }
  if (match.found == nullptr && is_preflight(in.head)) {
    out.refused = allowed ? preflight(match.allow) : problem(foreign_origin(), in.trace_id);
    return out;
  }
  if (match.found == nullptr) {
    out.refused =
      problem(405, {errc::malformed, "this path answers " + std::string{match.allow}}, in.trace_id);
    add_header(*out.refused, "Allow", match.allow);
    return out;
  }
  if (out.to->live && !allowed) {
    out.refused = problem(foreign_origin(), in.trace_id);
    return out;
  }
  if (const auto why = authenticate(at, tokens, *out.to, in)) {
    out.refused = problem(*why, in.trace_id);
    return out;
  }
  if (at.closing.load(std::memory_order_relaxed) && out.to->scope >= access::user) {
    out.refused =
      problem({errc::unavailable, "the node is stopping", {}, stopping_wait}, in.trace_id);
    return out;
  }
  if (auto* limit = limit_of(at, *out.to, in)) {
    out.quota = limit->take(in.who->subject, in.arrived);
    if (!out.quota->granted) {
      out.refused = too_many_requests(*std::exchange(out.quota, std::nullopt), in.trace_id);
      return out;
    }
  }
  out.to_live = goes_live(at, *out.to, in);
  out.refused = check_body(at, out, in);
  return out;
}

std::optional<error> admit_more(const site& at, admission& so_far, std::size_t bytes,
                                std::size_t total) {
  if (total > so_far.body_bound)
    return too_large(so_far.body_bound);
  if (!so_far.ticket)
    return std::nullopt;
  const auto small = at.options.max_body_bytes;
  if (total > small && total - bytes <= small) {
    so_far.ticket = at.with.large_door->enter(total);
    if (so_far.ticket)
      return std::nullopt;
  } else if (so_far.ticket->take(bytes)) {
    return std::nullopt;
  }
  return busy();
}

std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (!starts_with_lower(authorization, scheme))
    return {};
  return codec::trimmed(authorization.substr(scheme.size()));
}

}  // namespace carillon::http

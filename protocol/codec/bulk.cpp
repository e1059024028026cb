#include "protocol/codec/bulk.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <array>
#include <unordered_set>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 5> bulk_members{"userIds", "templateCode", "data",
                                                       "channels", "priority"};

/// More of them say nothing new.
constexpr std::size_t told_faults = 20;

bool is_user_id(const json_value& x) {
  return x.is == json_value::kind::string && !x.text.empty() && x.text.size() <= max_id
         && !has_control(x.text);
}

std::vector<std::string> read_user_ids(const fields& in) {
  std::vector<std::string> out;
  if (!in.has("userIds")) {
    in.note("userIds", "is required");
    return out;
  }
  const auto* list = in.list("userIds", most_bulk_users);
  if (list == nullptr)
    return out;
  if (list->empty())
    in.note("userIds", "must have at least 1 element");
  std::unordered_set<std::string_view> seen;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < list->size() && wrong < told_faults; ++i) {
    const auto& x = (*list)[i];
    if (!is_user_id(x)) {
      in.note("userIds/" + std::to_string(i),
              "must be text of 1 to 128 bytes without control characters");
      ++wrong;
    } else if (seen.insert(x.text).second) {
      out.push_back(x.text);
    }
  }
  return out;
}

void append_miss(std::string& out, const bulk_failure::miss& x) {
  out += R"({"channel":)";
  append_json_string(out, x.channel);
  out.append(R"(,"status":")").append(to_string(x.status)).append(R"(","error":)");
  append_json_string_or_null(out, x.why);
  out += '}';
}

}  // namespace

result<bulking> decode_bulk(std::string_view body, const text_check& objection) {
  const record_shape shape{
    .depth = 1, .names = bulk_members, .outer = {}, .strict = true, .items = most_bulk_users};
  return read_body(body, shape, [&](const fields& in) {
    in.refuse_unknown();
    bulking out;
    out.what.template_code = in.required_id("templateCode");
    out.what.data = in.data("data");
    out.what.channels =
      read_channels(in, "channels", objection).value_or(std::vector<std::string>{});
    out.what.priority = in.word("priority", parse_priority, "low, normal, high, urgent");
    out.user_ids = read_user_ids(in);
    return out;
  });
}

std::string bulk_begun_json(const batch_record& what) {
  return R"({"batchId":")" + to_text(what.id) + R"(","totalUsers":)" + std::to_string(what.total)
         + R"(,"status":"processing","createdAt":")" + rfc3339(what.created_at) + "\"}";
}

void append_failures(std::string& out, const std::vector<bulk_failure>& all) {
  for (const auto& x : all) {
    out += R"({"userId":)";
    append_json_string(out, x.user_id);
    out += R"(,"deliveries":[)";
    for (const auto& miss : x.misses) {
      if (out.back() != '[')
        out += ',';
      append_miss(out, miss);
    }
    out += "]}\n";
  }
}

}  // namespace carillon::codec

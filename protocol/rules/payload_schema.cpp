#include "protocol/rules/payload_schema.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace carillon::rules {

struct payload_schema::compiled {
  valijson::Schema schema{};
  /// Texts are matched against regular expressions.
  bool matches_patterns{false};
};

namespace {

using nlohmann::json;
using adapter = valijson::adapters::NlohmannJsonAdapter;

/// The standard library's regular expressions go one call deeper with each character.
constexpr std::size_t max_matched = 4096;

bool any_of(const json& in, const auto& what) {
  return what(in) || std::ranges::any_of(in, [&](const json& x) {
           return x.is_structured() ? any_of(x, what) : what(x);
         });
}

bool has_patterns(const json& schema) {
  return any_of(schema, [](const json& x) {
    return x.is_object() && (x.contains("pattern") || x.contains("patternProperties"));
  });
}

bool has_long_text(const json& data) {
  return any_of(data, [](const json& x) {
    return x.is_string() && x.get_ref<const std::string&>().size() > max_matched;
  });
}

bool refers_elsewhere(const json& schema) {
  return any_of(schema, [](const json& x) {
    if (!x.is_object())
      return false;
    const auto to = x.find("$ref");
    return to != x.end()
           && (!to->is_string() || !to->get_ref<const std::string&>().starts_with('#'));
  });
}

error refusal(std::string why) {
  return {
    errc::invalid, "the payload schema cannot be used", {{"/payload_schema", std::move(why)}}};
}

/// `<root>[a][0]` as a JSON Pointer.
std::string place_of(const std::vector<std::string>& context) {
  std::string out;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string_view step = context[i];
    out += '/';
    out += step.starts_with('[') ? step.substr(1, step.size() - 2) : step;
  }
  return out;
}

}  // namespace

result<std::shared_ptr<const payload_schema>> payload_schema::read(std::string_view schema) {
  const auto text = json::parse(schema, nullptr, false);
  if (!text.is_object())
    return refusal("must be a JSON object");
  if (refers_elsewhere(text))
    return refusal("refers to another document");
  try {
    auto made = std::make_shared<compiled>();
    valijson::SchemaParser{}.populateSchema(adapter{text}, made->schema);
    made->matches_patterns = has_patterns(text);
    // Expressions are read at their first use: a schema with a bad one is refused here.
    valijson::ValidationResults found;
    valijson::Validator{}.validate(made->schema, adapter{json::object()}, &found);
    return std::shared_ptr<const payload_schema>{new payload_schema{std::move(made)}};
  } catch (const std::exception& why) {
    return refusal(why.what());
  }
}

std::optional<std::string> payload_schema::objection(const std::string& data) const {
  const auto read = json::parse(data, nullptr, false);
  if (what_->matches_patterns && has_long_text(read))
    return "a text of the data is too long to be matched against a pattern";
  try {
    valijson::ValidationResults found;
    if (valijson::Validator{}.validate(what_->schema, adapter{read}, &found))
      return {};
    valijson::ValidationResults::Error first;
    found.popError(first);
    const auto place = place_of(first.context);
    return place.empty() ? first.description : place + ": " + first.description;
  } catch (const std::exception& why) {
    return std::string{"the payload schema cannot be used: "} + why.what();
  }
}

}  // namespace carillon::rules

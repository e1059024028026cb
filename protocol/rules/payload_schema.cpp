#include "protocol/rules/payload_schema.hpp"

// Without it the library ends the process at a schema that it cannot use.
#define VALIJSON_USE_EXCEPTIONS 1

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <regex>
#include <set>
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

/// The library reads an expression at its first use, one call deeper with each bracket.
bool is_expression(const std::string& text) {
  constexpr std::size_t longest = 1000;
  if (text.size() > longest)
    return false;
  try {
    std::regex{text};
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

/// Members whose values are data, not schemas.
bool holds_data(std::string_view name) {
  return name == "enum" || name == "const" || name == "default" || name == "examples";
}

/// Notes every regular expression that cannot be read, at its place.
void check_patterns(const json& in, const json::json_pointer& at, std::vector<fault>& faults) {
  const auto check = [&](const std::string& text, const json::json_pointer& place) {
    if (!is_expression(text))
      faults.push_back({"/payload_schema" + place.to_string(),
                        "has a pattern that is no regular expression of up to 1000 characters"});
  };
  if (in.is_array())
    for (std::size_t i = 0; i < in.size(); ++i)
      check_patterns(in[i], at / i, faults);
  if (!in.is_object())
    return;
  for (const auto& [name, x] : in.items()) {
    if (name == "pattern" && x.is_string())
      check(x.get_ref<const std::string&>(), at / name);
    if (name == "patternProperties" && x.is_object())
      for (const auto& one : x.items())
        check(one.key(), at / name / one.key());
    if (!holds_data(name))
      check_patterns(x, at / name, faults);
  }
}

/// A reference within the document is a JSON Pointer as it stands: nothing in it is encoded.
bool is_within(const json& reference) {
  const auto* to = reference.get_ptr<const std::string*>();
  return to != nullptr && to->starts_with('#') && to->find('%') == std::string::npos;
}

bool refers_elsewhere(const json& schema) {
  return any_of(schema, [](const json& x) {
    const auto to = x.is_object() ? x.find("$ref") : x.end();
    return to != x.end() && !is_within(*to);
  });
}

/// Schemas that speak of the same value and, so, must not come back to where they started.
class same_value_walk {
 public:
  explicit same_value_walk(const json& root) : root_(root) {}

  bool comes_back_from(const json& schema) {
    if (!schema.is_object() || done_.contains(&schema))
      return false;
    if (!under_way_.insert(&schema).second)
      return true;
    const bool back = follows_reference(schema) || follows_parts(schema);
    under_way_.erase(&schema);
    done_.insert(&schema);
    return back;
  }

 private:
  bool follows_reference(const json& schema) {
    const auto to = schema.find("$ref");
    if (to == schema.end() || !to->is_string())
      return false;
    const json::json_pointer where{to->get_ref<const std::string&>().substr(1)};
    return root_.contains(where) && comes_back_from(root_.at(where));
  }

  bool follows_parts(const json& schema) {
    for (const auto* name : {"not", "if", "then", "else"})
      if (const auto part = schema.find(name); part != schema.end() && comes_back_from(*part))
        return true;
    for (const auto* name : {"allOf", "anyOf", "oneOf", "dependencies"})
      if (const auto parts = schema.find(name);
          parts != schema.end() && parts->is_structured()
          && std::ranges::any_of(*parts, [this](const json& x) { return comes_back_from(x); }))
        return true;
    return false;
  }

  const json& root_;
  std::set<const json*> under_way_{};
  std::set<const json*> done_{};
};

bool never_ends(const json& schema) {
  same_value_walk walk{schema};
  const auto back = [&](const json& x) { return walk.comes_back_from(x); };
  return back(schema) || any_of(schema, back);
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
  std::vector<fault> faults;
  check_patterns(text, json::json_pointer{}, faults);
  if (!faults.empty())
    return error{errc::invalid, "the payload schema cannot be used", std::move(faults)};
  try {
    if (never_ends(text))
      return refusal("refers to itself without end");
    auto made = std::make_shared<compiled>();
    valijson::SchemaParser{}.populateSchema(adapter{text}, made->schema);
    made->matches_patterns = has_patterns(text);
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

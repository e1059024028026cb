// Fills templates for the tests that compare the engine with others: reads a
// line of JSON for each,
// {"template", "data", "partials"?, "html"?, "compat"?, "syntax"?}, and writes
// {"text"} or {"error"}.

#include "protocol/rules/render/document.hpp"
#include "protocol/rules/render/program.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <string>

namespace {

using namespace carillon::rules::render;
using nlohmann::ordered_json;

class given_partials final : public partials {
 public:
  void add(const std::string& name, program what) { all_.emplace(name, std::move(what)); }

  const program* find(std::string_view name) const override {
    const auto found = all_.find(name);
    return found == all_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, program, std::less<>> all_;
};

ordered_json refused(const diagnosis& why) {
  return {{"error", to_string(why)}};
}

ordered_json answer(const ordered_json& asked) {
  compiling how;
  how.compat = asked.value("compat", false);
  how.syntax = *carillon::parse_template_syntax(asked.value("syntax", "handlebars"));
  const auto main = compile(asked.at("template").get<std::string>(), how);
  if (!main)
    return refused(main.error());
  given_partials others;
  const auto given = asked.value("partials", ordered_json::object());
  for (auto each = given.begin(); each != given.end(); ++each) {
    auto other = compile(each->get<std::string>(), how);
    if (!other)
      return refused(other.error());
    others.add(each.key(), std::move(*other));
  }
  const auto data = document::read(asked.at("data").dump());
  if (!data)
    return refused({{}, data.error().detail});
  std::string text;
  const auto why =
    fill(text, *main, data->root(), {.html = asked.value("html", false), .partials = &others});
  return why ? refused(*why) : ordered_json{{"text", text}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(ordered_json::parse(line)).dump() << '\n';
}

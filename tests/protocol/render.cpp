#define CAF_SUITE render

#include "protocol/rules/render/document.hpp"
#include "protocol/rules/render/program.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>

#include "tests/caf_test.hpp"

namespace render_suite {

namespace {

using namespace carillon::rules::render;
using nlohmann::ordered_json;

/// Partials by name; what is not there is empty, as mustache has it.
class lenient_partials final : public partials {
 public:
  explicit lenient_partials(const ordered_json& sources, const compiling& how)
      : nothing_(*compile("")) {
    for (auto each = sources.begin(); each != sources.end(); ++each)
      all_.emplace(each.key(), *compile(each->get<std::string>(), how));
  }

  const program* find(std::string_view name) const override {
    const auto found = all_.find(name);
    return found == all_.end() ? &nothing_ : &found->second;
  }

 private:
  program nothing_;
  std::map<std::string, program, std::less<>> all_;
};

std::string filled(const std::string& source, const std::string& data, bool html = false) {
  const auto made = compile(source);
  if (!made)
    return "! " + to_string(made.error());
  std::string out;
  const auto why = fill(out, *made, document::read(data)->root(), {.html = html});
  return why ? "! " + to_string(*why) : out;
}

}  // namespace

CAF_TEST(mustache says what becomes of its cases) {
  std::ifstream in{CARILLON_SOURCE_DIR "/tests/protocol/mustache_cases.json"};
  const auto cases = ordered_json::parse(in);
  CAF_CHECK(cases.size() > 100);
  const compiling how{.compat = true};
  for (const auto& x : cases) {
    const auto made = compile(x.at("template").get<std::string>(), how);
    CAF_REQUIRE(made.has_value());
    const lenient_partials others{x.value("partials", ordered_json::object()), how};
    std::string out;
    const auto data = document::read(x.at("data").dump());
    fill(out, *made, data->root(), {.html = true, .partials = &others});
    if (out != x.at("expected").get<std::string>())
      CAF_ERROR(x.at("suite") << ", " << x.at("name") << ": " << out);
  }
}

CAF_TEST(numbers are printed as JavaScript prints them) {
  const auto printed = [](const std::string& n) { return filled("{{n}}", R"({"n":)" + n + '}'); };
  CAF_CHECK_EQUAL(printed("1.0"), "1");
  CAF_CHECK_EQUAL(printed("-0.0"), "0");
  CAF_CHECK_EQUAL(printed("0.1"), "0.1");
  CAF_CHECK_EQUAL(printed("1e21"), "1e+21");
  CAF_CHECK_EQUAL(printed("123456789e12"), "123456789000000000000");
  CAF_CHECK_EQUAL(printed("1.5e-7"), "1.5e-7");
  CAF_CHECK_EQUAL(printed("0.000001"), "0.000001");
  // Ids of 64 bits keep their last digit, where JavaScript has none.
  CAF_CHECK_EQUAL(printed("9223372036854775807"), "9223372036854775807");
  CAF_CHECK_EQUAL(printed("18446744073709551615"), "18446744073709551615");
}

CAF_TEST(only parts in HTML are escaped) {
  const std::string data = R"({"x":"<a href='b'>&\"`"})";
  CAF_CHECK_EQUAL(filled("{{x}}", data), "<a href='b'>&\"`");
  CAF_CHECK_EQUAL(filled("{{x}}", data, true),
                  "&lt;a href&#x3D;&#x27;b&#x27;&gt;&amp;&quot;&#x60;");
  CAF_CHECK_EQUAL(filled("{{{x}}}{{&x}}", R"({"x":"<"})", true), "<<");
}

CAF_TEST(helpers say dates amounts and capitals) {
  const std::string data =
    R"({"at":"2026-02-20T16:30:05Z","day":"2026-02-20","ms":1771605005000,"n":1234567.891,"s":"-12.005","who":"ann ß é я","none":null})";
  CAF_CHECK_EQUAL(filled(R"({{formatDate at "YYYY-MM-DD HH:mm"}})", data), "2026-02-20 16:30");
  CAF_CHECK_EQUAL(filled(R"({{formatDate at "D.M.YY h:mm A [at] ss" "Asia/Shanghai"}})", data),
                  "21.2.26 12:30 AM at 05");
  CAF_CHECK_EQUAL(filled(R"({{formatDate ms "HH:mm:ss.SSS"}})", data), "16:30:05.000");
  CAF_CHECK_EQUAL(filled(R"({{formatDate day "DD/MM"}}{{formatDate none "YYYY"}})", data), "20/02");
  CAF_CHECK_EQUAL(filled(R"({{formatDate who "YYYY"}})", data), "ann ß é я");
  CAF_CHECK_EQUAL(filled(R"({{formatCurrency n "CNY"}} {{formatCurrency s "USD"}})", data),
                  "¥1,234,567.89 -$12.01");
  CAF_CHECK_EQUAL(filled(R"({{formatCurrency 999.995 "EUR"}} {{formatCurrency 0.5 "JPY"}})", data),
                  "€1,000.00 ¥1");
  CAF_CHECK_EQUAL(filled(R"({{formatCurrency 5 "CHF"}})", data), "CHF 5.00");
  CAF_CHECK_EQUAL(filled("{{uppercase who}}", data), "ANN SS É Я");
  CAF_CHECK_EQUAL(filled(R"({{default none "x"}}{{default who "x"}})", data), "xann ß é я");
  CAF_CHECK_EQUAL(
    filled(R"({{#if (eq day "2026-02-20")}}y{{/if}}{{#eq ms 1}}y{{else}}n{{/eq}})", data), "yn");
}

CAF_TEST(the other syntaxes know names alone) {
  const auto plain = [](const std::string& source, carillon::template_syntax syntax) {
    std::string out;
    fill(out, *compile(source, {.syntax = syntax}),
         document::read(R"({"a":"1","b":{"c":2},"名":"x"})")->root());
    return out;
  };
  using enum carillon::template_syntax;
  CAF_CHECK_EQUAL(plain(R"({a}, {b.c}{名} {"a":1} { a } {} {none}{{a}} {)", braces),
                  R"(1, 2x {"a":1} { a } {} {1} {)");
  CAF_CHECK_EQUAL(plain("${a} {a} $a ${b.c} ${", dollar), "1 {a} $a 2 ${");
}

}  // namespace render_suite

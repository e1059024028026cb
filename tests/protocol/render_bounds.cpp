#define CAF_SUITE render_bounds

#include "protocol/rules/render/document.hpp"
#include "protocol/rules/render/program.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>

#include "tests/caf_test.hpp"

namespace render_bounds_suite {

namespace {

using namespace carillon::rules::render;

/// What compiling says of a source: the place and the message.
std::string complaint(const std::string& source) {
  const auto made = compile(source);
  return made ? "" : to_string(made.error());
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  while (times-- > 0)
    out += text;
  return out;
}

/// One that includes itself.
class endless_partials final : public partials {
 public:
  explicit endless_partials(const std::string& source) : what_(*compile(source)) {}
  const program* find(std::string_view) const override { return &what_; }
  const program& itself() const { return what_; }

 private:
  program what_;
};

struct outcome {
  std::string why;
  std::chrono::milliseconds took{0};
  std::size_t memory{0};
};

outcome run(const std::string& source, const std::string& data) {
  const endless_partials all{source};
  const auto read = document::read(data);
  outcome out;
  const auto before = mallinfo2().uordblks;
  const auto begun = std::clock();
  std::string text;
  const auto why = fill(text, all.itself(), read->root(), {.html = true, .partials = &all});
  out.took = std::chrono::milliseconds{1000 * (std::clock() - begun) / CLOCKS_PER_SEC};
  out.memory = text.capacity() + mallinfo2().uordblks - std::min(before, mallinfo2().uordblks);
  out.why = why ? why->message : "";
  return out;
}

/// 50 ms where the compiler optimises, as releases do; tests are built without.
constexpr std::chrono::milliseconds most_time{250};

const std::string many = "[" + repeated("1,", 9'999) + "1]";

}  // namespace

CAF_TEST(mistakes are told with line and column) {
  CAF_CHECK_EQUAL(complaint("a\n{{#if x}}b"), "line 2, column 1: the block if is not closed");
  CAF_CHECK_EQUAL(complaint("{{/if}}"), "line 1, column 1: {{/if}} closes no block");
  CAF_CHECK_EQUAL(complaint("订单 {{#if a}}{{/each}}"),
                  "line 1, column 13: {{/each}} does not close if");
  CAF_CHECK_EQUAL(complaint("\n\n  {{x"), "line 3, column 6: the tag is not closed");
  CAF_CHECK_EQUAL(complaint("{{nope a}}"), "line 1, column 3: there is no helper nope");
  CAF_CHECK_EQUAL(complaint("{{eq a}}"), "line 1, column 3: eq takes 2 arguments");
  CAF_CHECK_EQUAL(complaint("{{#if}}{{/if}}"), "line 1, column 1: if takes exactly one argument");
  CAF_CHECK_EQUAL(complaint("{{else}}"), "line 1, column 1: {{else}} stands in no block");
  CAF_CHECK_EQUAL(complaint("{{!-- a"), "line 1, column 1: the comment is not closed");
  CAF_CHECK_EQUAL(complaint("{{x}}}"), "line 1, column 4: }} is expected here");
}

CAF_TEST(sources are bounded in length and depth) {
  CAF_CHECK(complaint(std::string(64 << 10, 'x')).empty());
  CAF_CHECK(!complaint(std::string((64 << 10) + 1, 'x')).empty());
  const auto nested = [](int n) { return repeated("{{#a}}", n) + repeated("{{/a}}", n); };
  CAF_CHECK(complaint(nested(32)).empty());
  CAF_CHECK(!complaint(nested(33)).empty());
  const auto in_parentheses = [](int n) {
    return "{{eq 1 " + repeated("(eq 1 ", n) + "1" + repeated(")", n) + "}}";
  };
  CAF_CHECK(complaint(in_parentheses(32)).empty());
  CAF_CHECK(!complaint(in_parentheses(33)).empty());
  CAF_CHECK(!complaint(repeated("{{#a}}", 10'000)).empty());
}

CAF_TEST(hostile templates are cut off) {
  const std::string data = R"({"many":)" + many + R"(,"text":")" + std::string(30'000, '<') + "\"}";
  const std::pair<std::string, std::string> all[] = {
    {"{{> self}}", "partials are nested more than 32 deep"},
    {"{{#each @root.many}}{{> self}}{{/each}}", "partials are nested more than 32 deep"},
    {"{{#each many}}{{#each ../many}}{{/each}}{{/each}}",
     "filling it takes more than 100,000 steps"},
    {"{{#each many}}{{../text}}{{/each}}", "the text is longer than 256 KiB"},
    {"{{#each many}}{{uppercase ../text}}{{/each}}", "the text is longer than 256 KiB"},
    {"{{#each many}}{{#if (uppercase ../text)}}{{/if}}{{/each}}",
     "filling it takes more than 100,000 steps"},
    {"{{#each many}}{{#if (eq ../text ../text)}}{{/if}}{{/each}}",
     "filling it takes more than 100,000 steps"},
    {"{{#each many}}{{../many}}{{/each}}", "the text is longer than 256 KiB"},
    {repeated("{{text}}", 100), "the text is longer than 256 KiB"},
  };
  for (const auto& [source, why] : all) {
    const auto got = run(source, data);
    CAF_CHECK_EQUAL(got.why, why);
    CAF_CHECK(got.took < most_time);
    CAF_CHECK(got.memory < 10U << 20);
  }
}

CAF_TEST(wide objects are looked into quickly) {
  std::string data = R"({"all":[)" + repeated("1,", 9'999) + "1]";
  for (int i = 0; i < 5'000; ++i)
    data += ",\"m" + std::to_string(i) + "\":1";
  data += '}';
  const auto got = run("{{#each all}}{{#if ../m4999}}{{/if}}{{/each}}", data);
  CAF_CHECK(got.why.empty());
  CAF_CHECK(got.took < most_time);
}

}  // namespace render_bounds_suite

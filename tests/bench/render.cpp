// Fills one template again and again, by the engine's own program or by kainjow's mustache.

#include "protocol/rules/render/document.hpp"
#include "protocol/rules/render/program.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"

#include <nlohmann/json.hpp>

#if __has_include(<kainjow/mustache.hpp>)
#include <kainjow/mustache.hpp>
#endif

#include <cstdio>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace carillon::bench {

namespace {

using nlohmann::ordered_json;

/// Runs for about that long after a warm-up; prints how often, how long each took, and the text.
template <class Fill>
void measure(const char* peer, double seconds, Fill fill) {
  constexpr int at_once = 1000;
  std::string text;
  for (int i = 0; i < at_once; ++i)
    fill(text);
  std::int64_t count = 0;
  const auto begun = clock::now();
  while (seconds_since(begun) < seconds) {
    for (int i = 0; i < at_once; ++i)
      fill(text);
    count += at_once;
  }
  const auto took = seconds_since(begun);
  const ordered_json figure{{"figure", "render"},
                            {"peer", peer},
                            {"per_second", static_cast<std::int64_t>(double(count) / took)},
                            {"ns", 1e9 * took / double(count)},
                            {"text", text}};
  std::cout << figure.dump() << std::endl;
}

void fill_with_ours(const std::string& source, const std::string& data, const render& how) {
  namespace ours = rules::render;
  const auto made = ours::compile(source);
  const auto read = ours::document::read(data);
  if (!made || !read)
    throw std::runtime_error("the template cannot be measured");
  measure("carillon", how.seconds, [&](std::string& text) {
    text.clear();
    ours::fill(text, *made, read->root(), {.html = how.html});
  });
}

#if __has_include(<kainjow/mustache.hpp>)
kainjow::mustache::data peers_data(const ordered_json& x) {
  using kainjow::mustache::data;
  if (x.is_object()) {
    data out{data::type::object};
    for (auto one = x.begin(); one != x.end(); ++one)
      out.set(one.key(), peers_data(*one));
    return out;
  }
  if (x.is_array()) {
    data out{data::type::list};
    for (const auto& one : x)
      out << peers_data(one);
    return out;
  }
  if (x.is_boolean())
    return data{x.get<bool>() ? data::type::bool_true : data::type::bool_false};
  return data{x.is_string() ? x.get<std::string>() : x.dump()};
}

void fill_with_kainjow(const std::string& source, const std::string& data, const render& how) {
  kainjow::mustache::mustache made{source};
  if (!how.html)
    made.set_custom_escape([](const std::string& x) { return x; });
  const auto read = peers_data(ordered_json::parse(data));
  measure("kainjow", how.seconds, [&](std::string& text) { text = made.render(read); });
}
#else
void fill_with_kainjow(const std::string&, const std::string&, const render&) {
  std::cout << R"({"figure":"render","peer":"kainjow","per_second":null})" << std::endl;
}
#endif

}  // namespace

void run(const render& how) {
  const std::string given{std::istreambuf_iterator<char>{std::cin}, {}};
  const auto asked = ordered_json::parse(given);
  const auto source = asked.at("template").get<std::string>();
  const auto data = asked.at("data").dump();
  fill_with_ours(source, data, how);
  if (how.kainjow)
    fill_with_kainjow(source, data, how);
}

}  // namespace carillon::bench

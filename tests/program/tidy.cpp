#define CAF_SUITE tidy

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/caf_test.hpp"

namespace tidy_suite {

namespace fs = std::filesystem;

namespace {

/// A room and the rooms it may know besides itself.
const std::map<std::string, std::vector<std::string>> doors{
  {"protocol", {}},
  {"storage", {"protocol"}},
  {"adapters", {"protocol"}},
  {"actors", {"storage", "protocol"}},
  {"bin", {"actors", "adapters", "storage", "protocol"}},
};

const fs::path root{CARILLON_SOURCE_DIR};

struct source {
  /// From the root, with `/`.
  std::string name;
  std::string room;
  std::string content;
  std::vector<std::string> lines;
};

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

source read_source(const fs::path& file) {
  source x;
  x.name = fs::relative(file, root).generic_string();
  x.room = x.name.substr(0, x.name.find('/'));
  x.content = content_of(file);
  std::istringstream in{x.content};
  for (std::string line; std::getline(in, line);)
    x.lines.push_back(line);
  return x;
}

bool is_code(const fs::path& file) {
  return file.extension() == ".cpp" || file.extension() == ".hpp" || file.extension() == ".c";
}

/// Every source file of the rooms and the tests.
const std::vector<source>& sources() {
  static const auto all = [] {
    std::vector<source> found;
    for (auto* room : {"protocol", "storage", "adapters", "actors", "bin", "tests"})
      for (auto& entry : fs::recursive_directory_iterator{root / room})
        if (entry.is_regular_file() && is_code(entry.path())
            && entry.path().string().find("/node_modules/") == std::string::npos)
          found.push_back(read_source(entry.path()));
    return found;
  }();
  return all;
}

/// What a line includes from the tree: `protocol/unit.hpp`, or nothing.
std::string included(const std::string& line) {
  constexpr std::string_view start = "#include \"";
  if (!line.starts_with(start))
    return {};
  return line.substr(start.size(), line.rfind('"') - start.size());
}

void fail(const source& where, std::size_t line, const std::string& what) {
  CAF_ERROR(where.name << ':' << line + 1 << ": " << what);
}

/// Reports every line of the rooms below `bin`, or of the tests, that has the text in it.
template <class Applies>
void forbid(const std::string& text, Applies&& applies, const std::string& why) {
  for (auto& x : sources())
    if (applies(x))
      for (std::size_t i = 0; i < x.lines.size(); ++i)
        if (x.lines[i].find(text) != std::string::npos)
          fail(x, i, why);
}

bool is_below_bin(const source& x) {
  return x.room != "bin" && x.room != "tests";
}

}  // namespace

CAF_TEST(doors between rooms open one way) {
  CAF_REQUIRE(sources().size() > 100);
  for (auto& x : sources()) {
    auto room = doors.find(x.room);
    if (room == doors.end())
      continue;
    for (std::size_t i = 0; i < x.lines.size(); ++i) {
      auto file = included(x.lines[i]);
      if (file.empty())
        continue;
      auto other = file.substr(0, file.find('/'));
      auto& known = room->second;
      if (!fs::exists(root / file))
        fail(x, i, file + " is not written from the root");
      else if (other != x.room && std::find(known.begin(), known.end(), other) == known.end())
        fail(x, i, x.room + " may not know " + other);
    }
  }
}

CAF_TEST(every source file is in a target) {
  const fs::path built{CARILLON_BINARY_DIR};
  auto commands = content_of(built / "compile_commands.json");
  CAF_REQUIRE(!commands.empty());
  // Of sources that are compiled as one only their sum is a command.
  for (auto& x : fs::recursive_directory_iterator{built})
    if (x.path().parent_path().filename() == "Unity" && x.path().extension() != ".o")
      commands += content_of(x.path());
  for (auto& x : sources())
    if (!x.name.ends_with(".hpp") && commands.find(x.name + '"') == std::string::npos)
      CAF_ERROR(x.name << " is in no target");
}

CAF_TEST(nothing is left for later) {
  // Put together here, so that this file does not find itself.
  for (auto& word : {std::string{"TO"} + "DO", std::string{"FIX"} + "ME"})
    forbid(
      word, [](auto&) { return true; }, "a leftover " + word);
}

CAF_TEST(no file is longer than 400 lines) {
  for (auto& x : sources())
    if (x.lines.size() > 400)
      CAF_ERROR(x.name << " has " << x.lines.size() << " lines");
}

CAF_TEST(tests await events and never sleep) {
  for (auto* part : {"sleep_for", "sleep_until", "usleep", "nanosleep"})
    forbid(
      std::string{part} + '(', [](auto& x) { return x.room == "tests"; },
      "a test that sleeps is slow on a fast machine and fails on a slow one");
}

CAF_TEST(only the program reads the clock and the environment) {
  for (auto* part : {"system_clock::now", "getenv"})
    forbid(std::string{part} + '(', is_below_bin, std::string{part} + " belongs to bin");
}

CAF_TEST(no path of a machine is written down) {
  for (std::string_view part : {"/work", "/root", "/home"})
    forbid(
      std::string{part} + '/', [](auto&) { return true; }, "a path of one machine");
}

}  // namespace tidy_suite

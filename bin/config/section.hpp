#pragma once

#include "bin/config/tree.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::configuration {

/// Reads one table of the configuration. A key that is absent gives nothing; one that is wrong
/// gives nothing too and adds a fault with its place: for people, or a JSON Pointer for what came
/// through the API. `finish` reports the keys nobody asked for.
class section {
 public:
  /// `path` names it in faults; `from` and `faults` must outlive it.
  section(const node& from, std::string path, std::vector<fault>& faults);

  std::optional<std::string> text(std::string_view key);
  /// As `text`, or the content of the file that `KEY_file` names, without its last line feed. What
  /// comes through the API names no files.
  std::optional<std::string> secret(std::string_view key);
  /// One of the words of `choices`, which `|` separates.
  std::optional<std::string> word(std::string_view key, std::string_view choices);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<bool> flag(std::string_view key);
  /// A list of texts; one text stands for a list of one.
  std::optional<std::vector<std::string>> texts(std::string_view key);
  std::optional<milliseconds> duration(std::string_view key);

  /// The setting itself, or null.
  const node* find(std::string_view key);

  /// Says what is wrong with a key of this table.
  void wrong(std::string_view key, const std::string& what);

  /// Reports every key that was never asked for, with the nearest one that was.
  void finish();

 private:
  std::string read_file(std::string_view key, const std::string& name);
  std::string place_of(std::string_view key) const;

  const node& from_;
  const table* members_;
  std::string path_;
  std::vector<fault>& faults_;
  std::vector<std::string> known_;
};

/// The JSON Pointer to a key of the table at a path such as `retry`.
std::string pointer_to(std::string_view path, std::string_view key);

/// The elements of a list, or of raw text: a TOML list, or words separated by commas.
std::optional<std::vector<std::string>> as_texts(const node& x);

/// The value with its type, where it was written as raw text.
node typed(const node& x);

}  // namespace carillon::configuration

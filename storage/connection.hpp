#pragma once

#include "storage/dialect.hpp"
#include "storage/parameter.hpp"
#include "storage/row.hpp"
#include "storage/url.hpp"

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace carillon::storage {

/// One session with its prepared statements, which are made at their first use and kept. For one
/// thread. Errors come out as `unit_failure` and `store_failure`.
class connection {
 public:
  using consumer = std::function<void(row&)>;
  /// Appends the values of row i, in the order of the columns.
  using filler = std::function<void(std::size_t i, parameter_list& out)>;

  explicit connection(const store_url& url, bool read_only = false);
  ~connection();

  engine kind() const noexcept { return url_.kind; }

  /// Runs a statement; answers how many rows it changed.
  std::size_t run(std::string_view sql, parameters values);
  std::size_t run(std::string_view sql, std::initializer_list<parameter> values = {}) {
    return run(sql, parameters{values.begin(), values.size()});
  }

  /// Runs a statement that answers rows of so many columns; the consumer starts no other statement.
  /// Answers how many came.
  std::size_t select(std::string_view sql, int columns, parameters values, const consumer& take);
  std::size_t select(std::string_view sql, int columns, std::initializer_list<parameter> values,
                     const consumer& take) {
    return select(sql, columns, parameters{values.begin(), values.size()}, take);
  }

  /// Runs a statement of `expand_rows` for `count` rows and the same `fixed` values; with
  /// `returned` columns it answers rows to `take`. Answers how many rows were changed or came.
  std::size_t for_rows(std::string_view sql, std::span<const column> columns, std::size_t count,
                       const filler& fill, std::initializer_list<parameter> fixed = {},
                       int returned = 0, const consumer& take = {});

  /// Runs a statement once, unprepared: what names no parameter and is not repeated.
  void command(std::string_view sql);

  /// Opens the session again; every prepared statement is forgotten.
  void reconnect();

 private:
  struct prepared;
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  prepared& prepare(std::string_view sql, parameters values, int columns);
  std::size_t execute(prepared& what, parameters values, const consumer& take);

  store_url url_;
  bool read_only_;
  std::unique_ptr<soci::session> session_;
  std::unordered_map<std::string, std::unique_ptr<prepared>, text_hash, std::equal_to<>>
    statements_;
  std::unordered_map<std::string, std::string, text_hash, std::equal_to<>> expanded_;
};

}  // namespace carillon::storage

#pragma once

#include <string>

namespace carillon::storage {

enum class engine { sqlite, postgresql };

/// Where a store is.
struct store_url {
  engine kind{engine::sqlite};
  /// The file of SQLite; the whole URL, as libpq reads it, of PostgreSQL.
  std::string target{};
};

/// Reads `sqlite://FILE` (FILE as given, relative or absolute) and `postgresql://…`; throws
/// `std::invalid_argument`, without the password, for anything else.
store_url parse_url(const std::string& url);

/// The URL with `***` in place of its password, fit for logs.
std::string masked(const std::string& url);

}  // namespace carillon::storage

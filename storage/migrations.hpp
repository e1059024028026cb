#pragma once

#include <string>
#include <vector>

namespace carillon::storage {

/// One numbered step of the schema, compiled in from `migrations/<engine>/NNNN_name.sql`.
struct migration {
  /// `sqlite` or `postgresql`.
  std::string engine;
  /// `0001_initial`
  std::string name;
  std::string sql;
};

/// All of them, in order of engine and number.
const std::vector<migration>& migrations();

}  // namespace carillon::storage

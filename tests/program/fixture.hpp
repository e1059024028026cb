#pragma once

#include "bin/config/config.hpp"

#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace carillon::tests {

/// A directory that is gone with its object.
class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "carillon-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      std::abort();
    path_ = name;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  std::string file(const std::string& name, const std::string& content) const {
    auto full = path_ / name;
    std::ofstream{full} << content;
    return full.string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Reads a configuration file of this content, with what else there is.
struct config_fixture {
  temporary_directory directory;
  configuration::sources from;

  result<config> read(const std::string& content) {
    from.file = directory.file("carillon.toml", content);
    return read_config(from);
  }

  /// The only fault, as `line: key: message`, or all that was wrong with the expectation.
  std::string fault_of(const std::string& content) {
    auto read = this->read(content);
    if (read)
      return "accepted";
    auto faults = read.error().faults;
    if (faults.size() != 1)
      return std::to_string(faults.size()) + " faults";
    auto text = faults.front().path + ": " + faults.front().message;
    auto name = *from.file + ':';
    return text.starts_with(name) ? text.substr(name.size()) : text;
  }
};

}  // namespace carillon::tests

#include "bin/store_url.hpp"

#include <unistd.h>

#include <filesystem>

namespace carillon {

namespace {

constexpr std::string_view sqlite = "sqlite://";

}  // namespace

std::string_view engine_of(std::string_view url) {
  return url.starts_with(sqlite) ? "sqlite" : "postgresql";
}

std::string file_of(std::string_view url) {
  if (!url.starts_with(sqlite))
    return {};
  url.remove_prefix(sqlite.size());
  return std::string{url.substr(0, url.find('?'))};
}

void make_directory_of(std::string_view url) {
  auto directory = std::filesystem::path{file_of(url)}.parent_path();
  if (!directory.empty())
    std::filesystem::create_directory(directory);
}

bool can_be_made(const std::string& file) {
  auto absolute = std::filesystem::absolute(file);
  auto directory = absolute.parent_path();
  if (!std::filesystem::is_directory(directory))
    directory = directory.parent_path();
  return access(directory.c_str(), W_OK | X_OK) == 0;
}

}  // namespace carillon

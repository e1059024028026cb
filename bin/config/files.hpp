#pragma once

#include "bin/config/config.hpp"
#include "bin/config/tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carillon::configuration {

/// What a file holds; nothing where it cannot be read, as a directory cannot.
std::optional<std::string> content_of(const std::string& file);

/// Reads what a node that serves needs beside its configuration: the key that tokens are checked
/// with, and certificates. What is missing or cannot be used is a fault of the key that names it.
void check_files(const node& whole, const config& what, std::vector<fault>& faults);

}  // namespace carillon::configuration

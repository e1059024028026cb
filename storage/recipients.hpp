#pragma once

#include "protocol/draft.hpp"
#include "storage/connection.hpp"

#include <span>
#include <string>

namespace carillon::storage {

/// What is stored of these users; a user nobody stored is absent.
facts read_facts(connection& db, std::span<const std::string> user_ids);

}  // namespace carillon::storage

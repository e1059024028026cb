#pragma once

#include "adapters/http/router.hpp"
#include "protocol/unit.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carillon::http::api {

/// Gives persistence something to commit, with the lines of the audit log that go with it.
void submit(const call& c, decltype(unit::what) what, std::vector<audit_entry> audit = {});

/// A line that says the asker did this.
audit_entry audit_line(const call& c, std::string action, std::string_view object);

}  // namespace carillon::http::api

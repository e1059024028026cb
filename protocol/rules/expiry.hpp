#pragma once

#include "protocol/rules/settle.hpp"

namespace carillon::rules {

/// Dead since its time, max_age, is over. What its last attempt failed of stays told: its class,
/// and the provider's words.
transition expire(const delivery& what, const circumstances& at);

}  // namespace carillon::rules

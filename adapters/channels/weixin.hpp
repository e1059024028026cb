#pragma once

#include "adapters/channels/error_table.hpp"

namespace carillon::channels {

/// Reads an answer of WeCom (企业微信) or WeChat (微信). Their `hint: […]`, which may repeat what
/// was sent, is left out of the excerpt.
outcome judge_weixin(const transport_result& came, std::span<const error_row> table, timestamp now);

}  // namespace carillon::channels

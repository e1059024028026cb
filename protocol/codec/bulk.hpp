#pragma once

#include "protocol/codec/channel_name.hpp"
#include "protocol/error.hpp"
#include "protocol/operation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// `{userIds, templateCode, data?, channels?, priority?}` and no more: at most `most_bulk_users`,
/// of whom everyone is kept once, at the first place. `objection` says what is wrong with a
/// channel.
result<bulking> decode_bulk(std::string_view body, const text_check& objection = {});

/// The answer to a bulk: `{"batchId","totalUsers","status","createdAt"}`.
std::string bulk_begun_json(const batch_record& what);

/// Appends a line for each: `{"userId","deliveries":[{channel, status, error}]}`.
void append_failures(std::string& out, const std::vector<bulk_failure>& all);

}  // namespace carillon::codec

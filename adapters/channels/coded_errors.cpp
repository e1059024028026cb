#include "adapters/channels/coded_errors.hpp"

#include "adapters/channels/judgement.hpp"

#include <algorithm>
#include <string>

namespace carillon::channels {

const verdict* find_verdict(std::span<const named_error> table, std::string_view code) {
  const auto found = std::ranges::find_if(table, [&](const named_error& row) {
    return row.code.ends_with('*') ? code.starts_with(row.code.substr(0, row.code.size() - 1))
                                   : code == row.code;
  });
  return found == table.end() ? nullptr : &found->means;
}

outcome judge_named(const response& came, std::string_view code, std::span<const named_error> table,
                    timestamp now) {
  outcome out;
  if (const auto* means = find_verdict(table, code))
    out = outcome_of(*means, came, now);
  else if (came.status == 429 || came.status >= 500)
    out = judge_status(came, now);
  else
    out = outcome_of({}, came, now);
  out.provider_code = code;
  return out;
}

outcome judge_numbered(const response& came, std::int64_t code, std::span<const error_row> table,
                       timestamp now) {
  const auto* means = code == 0 ? nullptr : find_verdict(table, code, came.body);
  if (means == nullptr)
    means = find_verdict(table, came.status, came.body);
  auto out = means != nullptr ? outcome_of(*means, came, now) : judge_status(came, now);
  if (code != 0)
    out.provider_code = std::to_string(code);
  else
    out.provider_code = std::to_string(came.status);
  return out;
}

}  // namespace carillon::channels

#include "storage/address_changes.hpp"

#include "protocol/administration.hpp"
#include "protocol/codec/text.hpp"
#include "storage/audit.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

constexpr column change_columns[] = {
  {"channel"}, {"address"}, {"stored_until", storage_class::number}, {"moved_to"}};

// Both answer whose address it was and which one.
constexpr std::string_view replace_text =
  "update recipient_addresses set address = {moved_to} {from rows} "
  "where recipient_addresses.channel = {channel} and recipient_addresses.address = {address} "
  "and recipient_addresses.updated_at <= {stored_until} "
  "returning recipient_addresses.user_id, recipient_addresses.channel, {address}";

constexpr std::string_view delete_text =
  "delete from recipient_addresses {using rows} "
  "where recipient_addresses.channel = {channel} and recipient_addresses.address = {address} "
  "and recipient_addresses.updated_at <= {stored_until} "
  "returning recipient_addresses.user_id, recipient_addresses.channel, {address}";

/// By channel and address, the last that was said of each.
using last_words = std::map<std::pair<std::string, std::string>, const counted_attempt*>;

last_words last_words_of(std::span<const counted_attempt> told, bool moved) {
  last_words out;
  for (const auto& x : told) {
    const auto& change = x.what->address;
    if (!change || change->moved_to.empty() == moved)
      continue;
    auto& last = out[{*x.channel, change->address}];
    if (last == nullptr || last->what->address->stored_until <= change->stored_until)
      last = &x;
  }
  return out;
}

/// Why it was done, without the address: the delivery shows that to those who may see it.
audit_entry line_of(const counted_attempt& why, std::string user, bool moved) {
  audit_entry line{.subject = "channel:" + *why.channel,
                   .action = moved ? "recipient.address.replace" : "recipient.address.delete",
                   .object = std::move(user)};
  line.detail = R"({"delivery_id":)";
  codec::append_json_string(line.detail, to_text(why.delivery));
  line.detail += R"(,"provider_code":)";
  codec::append_json_string(line.detail, why.what->provider_code);
  line.detail += "}";
  return line;
}

void apply_changes(work& w, std::span<const counted_attempt> told, bool moved,
                   std::vector<audit_entry>& lines) {
  const auto all = last_words_of(told, moved);
  const std::vector<last_words::value_type> rows(all.begin(), all.end());
  const auto columns = std::span{change_columns}.first(moved ? 4 : 3);
  w.out.rows += w.db.for_rows(
    moved ? replace_text : delete_text, columns, rows.size(),
    [&](std::size_t i, parameter_list& out) {
      const auto& [place, why] = rows[i];
      const auto& change = *why->what->address;
      out.insert(out.end(), {{"channel", place.first},
                             {"address", place.second},
                             {"stored_until", change.stored_until}});
      if (moved)
        out.emplace_back("moved_to", change.moved_to);
    },
    {}, 3,
    [&](row& x) {
      auto user = x.text();
      auto channel = x.text();
      const auto& why = *all.at({std::move(channel), x.text()});
      lines.push_back(line_of(why, std::move(user), moved));
    });
}

}  // namespace

void change_addresses(work& w, std::span<const counted_attempt> told, timestamp now,
                      uuid_source& ids) {
  std::vector<audit_entry> lines;
  // Replaced first: one delivery may be told of the new address that it is gone.
  apply_changes(w, told, true, lines);
  apply_changes(w, told, false, lines);
  insert_audit(w, lines, now, ids);
}

}  // namespace carillon::storage

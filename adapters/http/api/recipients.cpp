#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/recipient_import.hpp"
#include "adapters/http/api/submit.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/fields.hpp"
#include "protocol/codec/recipient.hpp"
#include "protocol/codec/text.hpp"

#include <optional>
#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

/// The user whom the path names.
std::optional<std::string> user_of(const call& c) {
  auto user = url_decoded(c.in.id);
  if (user && !user->empty() && user->size() <= codec::max_id && !codec::has_control(*user))
    return user;
  c.answer(error{errc::not_found, "a user id is 1 to 128 bytes without control characters"});
  return std::nullopt;
}

/// Stores a change of one person, told in the audit log.
void change_person(const call& c, decltype(administration::changes)::value_type what,
                   audit_entry line, answer<bool> reply) {
  administration whole;
  whole.changes.push_back(std::move(what));
  whole.reply = std::move(reply);
  submit(c, std::move(whole), {std::move(line)});
}

}  // namespace

void get_recipient(const call& c) {
  if (auto user = user_of(c))
    ask(c, carillon::get_recipient{
             std::move(*user), c.answer.promise<recipient_record>([](const recipient_record& x) {
               return reply{200, codec::recipient_json(x)};
             })});
}

void put_recipient(const call& c) {
  const auto user = user_of(c);
  if (!user)
    return;
  auto read = codec::decode_recipient(c.in.body, *user, unless_configured(c));
  if (!read)
    return c.answer(read.error());
  auto shown = codec::recipient_json(*read);
  change_person(c, carillon::put_recipient{std::move(*read)}, audit_line(c, "recipient.put", *user),
                c.answer.promise<bool>([shown = std::move(shown)](bool) {
                  return reply{200, shown};
                }));
}

void delete_recipient(const call& c) {
  const auto user = user_of(c);
  if (!user)
    return;
  change_person(c, remove_recipient{*user}, audit_line(c, "recipient.delete", *user),
                c.answer.promise<bool>([](bool) {
                  return reply{204, {}};
                }));
}

void post_recipient_import(const call& c) {
  import_recipients(c);
}

}  // namespace carillon::http::api

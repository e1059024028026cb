#include "storage/audit.hpp"
#include "storage/batches.hpp"
#include "storage/bulks.hpp"
#include "storage/channel_history.hpp"
#include "storage/collections.hpp"
#include "storage/connection.hpp"
#include "storage/delivery_reads.hpp"
#include "storage/events.hpp"
#include "storage/foresight.hpp"
#include "storage/inbox.hpp"
#include "storage/overrides.hpp"
#include "storage/preferences.hpp"
#include "storage/recipients.hpp"
#include "storage/repository.hpp"
#include "storage/routes.hpp"
#include "storage/scope_history.hpp"
#include "storage/stats.hpp"
#include "storage/survey.hpp"
#include "storage/templates.hpp"

#include <array>

namespace carillon::storage {

namespace {

class sql_reader final : public reader {
 public:
  sql_reader(const std::string& url, deliveries_in_flight_ptr in_flight)
      : db_(parse_url(url), true), in_flight_(std::move(in_flight)) {}

  void run(query& what) override {
    std::visit(
      [this](auto& asked) {
        try {
          asked.reply(answer_to(asked));
        } catch (const store_failure& e) {
          lost_ = lost_ || e.connection_lost;
          asked.reply(error{errc::unavailable, "the store does not answer"});
        } catch (const std::exception&) {
          asked.reply(error{errc::internal, "the store's answer cannot be read"});
        }
      },
      what.what);
  }

 private:
  /// The connection, opened again where the last query found it lost.
  connection& db() {
    if (lost_) {
      db_.reconnect();
      lost_ = false;
    }
    return db_;
  }

  result<inbox_page> answer_to(const list_inbox& asked) {
    auto page = read_inbox(db(), asked);
    mark_suppressed(db(), asked.who->subject, page.items);
    return page;
  }

  result<inbox_item> answer_to(const get_notification& asked) {
    const std::array ids{asked.id};
    const auto found = find_in_inbox(db(), *asked.who, asked.now, ids);
    if (found.empty())
      return error{errc::not_found, "there is no such notification"};
    auto item = found.begin()->second;
    mark_suppressed(db(), asked.who->subject, {&item, 1});
    return item;
  }

  result<std::int64_t> answer_to(const count_unread& asked) {
    return count_unread_of(db(), *asked.who, asked.now);
  }

  result<inbox_stats> answer_to(const read_stats& asked) {
    inbox_stats stats{count_inbox(db(), *asked.who, asked.now), {}};
    if (asked.deliveries)
      stats.deliveries = count_deliveries(db(), in_flight_.get());
    return stats;
  }

  result<seq_page> answer_to(const read_range& asked) {
    auto page = read_seq_range(db(), asked);
    if (asked.who)
      drop_suppressed(db(), asked.who->subject, page.items);
    return page;
  }

  result<std::vector<preferences_version>> answer_to(const read_preferences& asked) {
    return read_versions(db(), asked.user_id, asked.after);
  }

  result<inbox_state> answer_to(const read_state&) { return read_inbox_state(db()); }

  result<facts> answer_to(const gather_facts& asked) {
    return read_facts(db(), asked.user_ids, asked.groups);
  }

  result<delivery_page> answer_to(const list_deliveries& asked) {
    return read_deliveries(db(), asked, in_flight_.get());
  }

  result<delivery_story> answer_to(const get_delivery& asked) {
    auto story = read_story(db(), asked.id, in_flight_.get());
    if (!story)
      return error{errc::not_found, "there is no such delivery"};
    return std::move(*story);
  }

  result<std::vector<channel_record>> answer_to(const read_channels&) {
    return read_channel_records(db());
  }

  result<std::map<std::string, std::string>> answer_to(const read_settings&) {
    return read_setting_records(db());
  }

  result<channel_history> answer_to(const read_channel_history& asked) {
    return history_of(db(), asked.channel);
  }

  result<scope_history> answer_to(const read_scope_history& asked) {
    return scope_history_of(db(), asked.channel, asked.keys);
  }

  result<recipient_record> answer_to(const get_recipient& asked) {
    auto found = read_recipient(db(), asked.user_id);
    if (!found)
      return error{errc::not_found, "nothing is stored of this user"};
    return std::move(*found);
  }

  result<batch_record> answer_to(const get_batch& asked) {
    const auto found = read_batch(db(), asked.id);
    if (!found)
      return error{errc::not_found, "there is no such batch"};
    return *found;
  }

  result<bulk_failure_page> answer_to(const list_bulk_failures& asked) {
    auto found = read_failures(db(), asked);
    if (!found)
      return error{errc::not_found, "there is no such batch"};
    return std::move(*found);
  }

  result<std::optional<bulk_slice>> answer_to(const next_bulk_slice&) {
    return read_next_slice(db());
  }

  result<std::vector<collection>> answer_to(const list_collections& asked) {
    return read_collections(db(), asked.limit);
  }

  result<std::shared_ptr<acceptance>> answer_to(foresee& asked) {
    if (auto why = foresee_acceptance(db(), *asked.what, asked.now))
      return std::move(*why);
    return asked.what;
  }

  result<event_story> answer_to(const get_event& asked) {
    auto found = read_event_story(db(), asked.id, in_flight_.get());
    if (!found)
      return error{errc::not_found, "there is no such event"};
    return std::move(*found);
  }

  result<std::vector<std::string>> answer_to(const read_routes&) {
    return read_route_documents(db());
  }

  result<audit_page> answer_to(const list_audit& asked) { return read_audit(db(), asked); }

  result<std::vector<template_ptr>> answer_to(const read_templates&) {
    return read_all_templates(db());
  }

  result<std::vector<template_ptr>> answer_to(const read_template_versions& asked) {
    auto found = read_versions_of(db(), asked.id);
    if (found.empty())
      return error{errc::not_found, "there is no such template"};
    return found;
  }

  connection db_;
  deliveries_in_flight_ptr in_flight_;
  bool lost_{false};
};

}  // namespace

std::unique_ptr<reader> open_reader(const std::string& url, deliveries_in_flight_ptr in_flight) {
  return std::make_unique<sql_reader>(url, std::move(in_flight));
}

}  // namespace carillon::storage

#include "protocol/codec/body.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/mailing.hpp"
#include "protocol/rules/quiet.hpp"
#include "protocol/rules/templates.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace carillon::rules {

namespace {

/// Plans one message, channel by channel.
class mailing_planner {
 public:
  mailing_planner(mailing_draft draft, const catalog& what, const facts& known, timestamp now,
                  uuid_source& ids)
      : draft_(std::move(draft)),
        catalog_(what),
        known_(with_given(known, draft_)),
        addresses_(what, known_),
        now_(now),
        ids_(ids) {
    note_ = std::make_shared<notification>(draft_.what);
    note_->id = {ids_.next(now_)};
    note_->created_at = now_;
    note_->to.user_id = inbox_user();
    say_.content = {.type = "notification",
                    .title = note_->title,
                    .text = note_->message,
                    .data = note_->extra_data.empty() ? "{}" : note_->extra_data};
    say_.notification = note_->id;
    say_.type = note_->type;
    say_.source = note_->source;
    say_.priority = note_->priority;
    say_.trace_id = note_->trace_id;
    say_.now = now_;
    say_.due_at = now_;
  }

  result<mailing_plan> plan() {
    if (auto why = choose_template())
      return std::move(*why);
    out_.meant.inbox = false;
    for (std::size_t i = 0; i < draft_.channels.size(); ++i)
      add(draft_.channels[i], i);
    if (nobody_)
      faults_.push_back({"/recipient", "is required"});
    if (!faults_.empty())
      return codec::invalid_body(std::move(faults_));
    out_.meant.notifications.push_back(note_);
    return std::move(out_);
  }

 private:
  /// The addresses that were given win over those that are stored.
  static facts with_given(const facts& known, const mailing_draft& draft) {
    auto out = known;
    if (draft.addresses.empty())
      return out;
    auto& one = out[draft.user_id];
    one.listed = true;
    for (const auto& [channel, address] : draft.addresses)
      one.addresses.insert_or_assign(channel, address);
    return out;
  }

  /// Reads what the template is filled with, and takes its channels where none were named.
  std::optional<error> choose_template() {
    if (draft_.template_code.empty())
      return std::nullopt;
    const auto* book = catalog_.templates.get();
    if (book == nullptr || !book->knows(draft_.template_code))
      return error{errc::not_found, "there is no template " + draft_.template_code};
    const auto row = book->describe(draft_.template_code, language());
    if (draft_.channels.empty() && row) {
      draft_.channels = row->channels;
      own_channels_ = true;
    }
    if (draft_.channels.empty())
      return codec::invalid_body({{"/channels", "is required: the template names none"}});
    if (row && row->priority && !draft_.priority_given)
      note_->priority = say_.priority = *row->priority;
    auto data = render::document::read(say_.content.data);
    if (!data)
      return data.error();
    data_.emplace(std::move(*data));
    return std::nullopt;
  }

  const recipient_facts* facts_of_recipient() const {
    const auto found = known_.find(draft_.user_id);
    return found == known_.end() || !named() ? nullptr : &found->second;
  }

  std::string language() const {
    const auto* who = facts_of_recipient();
    return !draft_.locale.empty() || who == nullptr ? draft_.locale : who->locale;
  }

  /// The words for a channel: the template's, or the draft's own.
  template_words words_on(const std::string& channel) const {
    if (!data_)
      return {.is = template_words::state::ready, .content = say_.content};
    const auto* who = facts_of_recipient();
    const auto wanted = language();
    return render_template(
      *catalog_.templates,
      {.code = draft_.template_code,
       .channel = channel,
       .language = wanted,
       .zone = who && !who->time_zone.empty() ? find_time_zone(who->time_zone) : nullptr},
      *data_, say_.content.data);
  }

  /// Why these words are not sent; empty where they are.
  static std::string objection(const template_words& words) {
    switch (words.is) {
      case template_words::state::ready:
        return {};
      case template_words::state::missing:
        return "the template has no words for this channel";
      case template_words::state::disabled:
        return "template_disabled";
      case template_words::state::refused:
        break;
    }
    return words.why;
  }

  static bool is_refused(const template_words& words) {
    return words.is == template_words::state::missing || words.is == template_words::state::refused;
  }

  bool named() const { return !draft_.user_id.empty() || !draft_.addresses.empty(); }

  std::string inbox_user() const {
    const auto given = draft_.addresses.find("system");
    const auto& text = given != draft_.addresses.end() ? given->second
                       : !draft_.user_id.empty()       ? draft_.user_id
                                                       : draft_.recipient;
    return may_be_user(text) ? text : std::string{};
  }

  target who() const {
    if (named())
      return {target::kind::user, draft_.user_id};
    if (draft_.recipient.empty())
      return {target::kind::nobody, {}};
    return {target::kind::address, draft_.recipient};
  }

  void add(const std::string& channel, std::size_t place) {
    const auto* entry = addresses_.find(channel);
    if (addresses_.is_inbox(channel))
      return tell_inbox(channel, entry);
    if (entry == nullptr && !own_channels_) {
      faults_.push_back({"/channels/" + std::to_string(place), "is not a configured channel"});
      return;
    }
    const auto words = words_on(channel);
    for (const auto& whom : addresses_.expanded(channel, {who()}))
      send(channel, whom, words);
  }

  void send(const std::string& channel, const target& whom, const template_words& words) {
    auto say = say_;
    say.content = words.content;
    auto where = addresses_.reach_on(channel, whom, say);
    nobody_ = nobody_ || where.why_not == "no_recipient";
    if (where.why_not.empty()) {
      where.why_not = objection(words);
      say.refused = is_refused(words);
    }
    auto made = addresses_.deliver(channel, whom, std::move(where), {}, say);
    made->id = {ids_.next(now_)};
    if (data_)
      for (auto& step : made->failover)
        if (auto own = words_on(step.channel); own.is == template_words::state::ready)
          step.content = std::move(own.content);
    out_.shown.push_back(made);
    out_.meant.deliveries.push_back(std::move(made));
  }

  void tell_inbox(const std::string& channel, const channel_entry* entry) {
    auto row = std::make_shared<delivery>();
    row->notification = note_->id;
    row->channel = channel;
    row->recipient = row->user_id = note_->to.user_id;
    row->priority = note_->priority;
    row->trace_id = note_->trace_id;
    row->created_at = now_;
    row->status = delivery_status::skipped;
    if (entry != nullptr && !entry->settings.enabled) {
      row->reason = "channel_disabled";
    } else if (note_->to.user_id.empty()) {
      nobody_ = nobody_ || (!named() && draft_.recipient.empty());
      row->reason = named() ? "no_address" : "invalid_recipient";
    } else if (const auto words = words_on(channel); words.is != template_words::state::ready) {
      row->reason = objection(words);
      if (is_refused(words))
        row->status = delivery_status::failed;
    } else {
      row->status = delivery_status::delivered;
      row->sent_at = now_;
      note_->title = words.content.title;
      note_->message = words.content.text;
      out_.meant.inbox = true;
    }
    out_.shown.push_back(std::move(row));
  }

  mailing_draft draft_;
  const catalog& catalog_;
  facts known_;
  addressing addresses_;
  timestamp now_;
  uuid_source& ids_;
  std::shared_ptr<notification> note_;
  message say_;
  /// What the template is filled with.
  std::optional<render::document> data_;
  bool nobody_ = false;
  /// The channels are the template's, which need not all be configured here.
  bool own_channels_ = false;
  std::vector<fault> faults_;
  mailing_plan out_;
};

}  // namespace

std::vector<std::string> needs_facts(const mailing_draft& draft, const catalog& what) {
  static const facts nothing;
  const addressing addresses{what, nothing};
  const auto asks = [&](const std::string& name) { return addresses.asks_facts(name); };
  const bool by_template = !draft.template_code.empty();
  if (draft.user_id.empty() || (!by_template && std::ranges::none_of(draft.channels, asks)))
    return {};
  return {draft.user_id};
}

result<mailing_plan> plan(mailing_draft draft, const catalog& what, const facts& known,
                          timestamp now, uuid_source& ids) {
  return mailing_planner{std::move(draft), what, known, now, ids}.plan();
}

}  // namespace carillon::rules

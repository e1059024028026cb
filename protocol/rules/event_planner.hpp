#pragma once

#include "protocol/collection.hpp"
#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/id.hpp"
#include "protocol/route.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/route_words.hpp"
#include "protocol/rules/when.hpp"
#include "protocol/unit.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carillon::rules {

/// Plans one event, route by route. What it is given must outlive it; it plans once.
class event_planner {
 public:
  /// `type` is what its inbox rows are.
  event_planner(event what, const catalog& configured, const facts& known, timestamp now,
                uuid_source& ids, notification_type type = notification_type::info);

  /// What an event that has just come means.
  acceptance plan();

  /// The message of a digest, whose latest event this one is, with the data of them all.
  planned conclude(const route& by, const collection& of, const target& who);

  /// What a slice of the people means who are told by a bulk; `internal` where its letter cannot be
  /// read.
  result<event_chunk> tell_slice(event_turn turn, const std::vector<std::string>& people);

 private:
  const when_facts& facts();
  void follow(const route& by);

  /// What a route's messages have in common; the words are those for want of a template.
  message begin(const route& by, const std::string& title, const std::string& text);

  /// Puts the words into the message; why it is not sent, where a template forbids it.
  std::string speak(const route& by, const std::string& channel, const target& who, message& what);

  /// One inbox row, or the skipped delivery that says why there is none.
  void tell_inbox(const route& by, const std::string& channel, const target& who, message what);
  std::shared_ptr<notification> inbox_row(const route& by, const audience& to, const message& what);

  /// A delivery for each addressee; where the channel itself is the address, one for all of them.
  void send(const route& by, const std::string& channel, const message& what);
  void send_to(const route& by, const std::string& channel, const target& who, message what);
  void skip(const route& by, const std::string& channel, const target& who, reach where,
            const message& what);

  /// A delivery that waits for its digest. Its words, the throttle and the time to be quiet are
  /// decided when that is over.
  void collect(const route& by, const std::string& channel, const target& who, reach where,
               const std::string& name, const message& what);

  /// False where an earlier route of this event already tells the same one on the same channel.
  bool lock(planned& entry, const route& by, const std::string& channel, std::string recipient);

  /// Leaves people to a bulk.
  void leave(const route& by, const std::string& channel, const std::vector<target>& who,
             const message& what);
  void note_told();
  std::vector<target> people_of(const route& by, const std::vector<std::string>& people);
  void tell_people(const route& by, const std::vector<target>& people, told_list& told);

  const catalog& catalog_;
  const carillon::facts& known_;
  addressing addresses_;
  timestamp now_;
  uuid_source& ids_;
  notification_type type_;
  std::optional<when_facts> facts_;
  /// What the route that is followed says.
  std::optional<route_words> words_;
  std::set<std::pair<std::string, std::string>> told_;
  acceptance out_;
};

/// Names an audience in a lock. A user id has no control characters, so these are never one.
std::string lock_name(const audience& to);

}  // namespace carillon::rules

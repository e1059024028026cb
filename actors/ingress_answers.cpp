#include "actors/ingress_answers.hpp"

#include <caf/send.hpp>

#include <utility>

namespace carillon {

namespace {

/// Refused before anything was sent.
void count_refused(const delivery& x, metrics& counts) {
  if (x.status == delivery_status::failed)
    counts.failed(x.channel, error_class::invalid_request);
}

}  // namespace

answer<created> counted(posting_ptr from, metrics& counts) {
  return answer<created>{[from = std::move(from), &counts](result<created> done) {
    if (done && !done->replayed) {
      for (std::size_t i = 0; i < from->drafts.size(); ++i)
        if (i >= done->duplicate.size() || !done->duplicate[i])
          for (const auto& channel : from->drafts[i].channels)
            counts.notification_created(channel);
      for (const auto& x : done->deliveries)
        count_refused(*x, counts);
    }
    from->reply(std::move(done));
  }};
}

answer<accepted> counted(happening_ptr from, std::string type, metrics& counts) {
  return answer<accepted>{
    [from = std::move(from), type = std::move(type), &counts](result<accepted> done) {
      if (!done) {
        counts.event(type, "failed");
      } else if (done->replayed || done->duplicate) {
        counts.event(type, "duplicate");
      } else {
        counts.event(type, "accepted");
        for (const auto& x : done->deliveries)
          if (x->status != delivery_status::skipped && !is_collecting(*x)) {
            counts.notification_created(x->channel);
            count_refused(*x, counts);
          }
      }
      from->reply(std::move(done));
    }};
}

once<created> once_of(const once<mailed>& asked) {
  auto compose = [compose = asked.compose](const created& done) {
    return compose(mailed{done.deliveries, {}});
  };
  return {asked.subject, asked.method, asked.path, asked.key, asked.body_hash, std::move(compose)};
}

answer<created> seated(awaited_ptr seat, std::vector<std::shared_ptr<delivery>> shown,
                       std::vector<std::string> channels, waiting_room_actor room,
                       metrics& counts) {
  return answer<created>{[seat = std::move(seat), shown = std::move(shown),
                          channels = std::move(channels), room = std::move(room),
                          &counts](result<created> done) {
    auto told = std::make_shared<result<mailed>>(mailed{});
    if (!done) {
      *told = done.error();
    } else if (done->replayed) {
      (*told)->replayed = std::move(done->replayed);
    } else {
      (*told)->deliveries.assign(shown.begin(), shown.end());
      for (const auto& channel : channels)
        counts.notification_created(channel);
      for (const auto& x : shown)
        count_refused(*x, counts);
    }
    caf::anon_send(room, mailing_committed{seat, std::move(told)});
  }};
}

answer<bool> counted(bulk_turn_ptr from, std::map<std::string, std::int64_t> created,
                     std::map<std::string, std::int64_t> refused, metrics& counts) {
  return answer<bool>{[from = std::move(from), created = std::move(created),
                       refused = std::move(refused), &counts](result<bool> done) {
    if (done && *done) {
      for (const auto& [channel, n] : created)
        counts.notification_created(channel, n);
      for (const auto& [channel, n] : refused) {
        counts.notification_created(channel, n);
        for (std::int64_t i = 0; i < n; ++i)
          counts.failed(channel, error_class::invalid_request);
      }
    }
    from->reply(std::move(done));
  }};
}

answer<bool> counted(digest_turn_ptr from, const collection_end& meant, metrics& counts) {
  const auto& one = meant.meant;
  const bool refused = !one.inbox && one.delivery->status == delivery_status::failed;
  const bool counts_as_created = one.inbox || one.delivery->status != delivery_status::skipped;
  auto channel = counts_as_created ? from->what.channel : std::string{};
  return answer<bool>{
    [from = std::move(from), channel = std::move(channel), refused, &counts](result<bool> done) {
      if (done && *done && !channel.empty()) {
        counts.notification_created(channel);
        if (refused)
          counts.failed(channel, error_class::invalid_request);
      }
      from->reply(std::move(done));
    }};
}

}  // namespace carillon

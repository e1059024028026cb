#include "adapters/http/api/recipient_import.hpp"

#include "adapters/http/api/order.hpp"
#include "protocol/codec/recipient.hpp"
#include "protocol/codec/text.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace carillon::http::api {

namespace {

/// Lines read at a time and stored in one commit, and faults that are told.
constexpr std::size_t chunk_size = 500;
constexpr std::size_t max_told = 100;

struct import_report {
  std::size_t imported{0};
  std::size_t failed{0};
  /// JSON objects, each after a comma but the first.
  std::string told{};
};

reply report_reply(const import_report& x) {
  return {200, R"({"imported":)" + std::to_string(x.imported) + R"(,"failed":)"
                 + std::to_string(x.failed) + R"(,"errors":[)" + x.told + "]}"};
}

/// One import on its way through its lines.
class import_run : public std::enable_shared_from_this<import_run> {
 public:
  explicit import_run(const call& c)
      : on_(c.on),
        persistence_(c.with.persistence),
        body_(c.in.body),
        objection_(unless_configured(c)),
        subject_(c.in.who->subject),
        now_(c.in.now),
        arrived_(c.in.arrived),
        ticket_(c.in.ticket),
        reply_(c.answer.promise<import_report>(report_reply)) {}

  /// Reads and stores the next chunk; on the shard's thread.
  void go_on() {
    administration what;
    for (std::size_t i = 0; at_ < body_.size() && i < chunk_size; ++i)
      read_line(next_line(), what);
    if (what.changes.empty() && at_ < body_.size())
      return on_.post([self = shared_from_this()] { self->go_on(); });
    if (what.changes.empty())
      return reply_(std::move(report_));
    const auto count = what.changes.size();
    what.reply = answer<bool>{[self = shared_from_this(), count](const result<bool>& said) {
      self->on_.post([self, count, said] { self->stored(count, said); });
    }};
    auto message = std::make_shared<unit>();
    message->what = std::move(what);
    message->audit.push_back({.subject = subject_,
                              .action = "recipients.import",
                              .object = "recipients",
                              .detail = R"({"count":)" + std::to_string(count) + '}'});
    message->now = now_;
    message->arrived = arrived_;
    message->ticket = ticket_;
    caf::anon_send(persistence_, std::move(message));
  }

 private:
  std::string_view next_line() {
    const auto end = std::min(body_.find('\n', at_), body_.size());
    auto line = std::string_view{body_}.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }

  void read_line(std::string_view line, administration& into) {
    if (line.find_first_not_of(" \t") == line.npos)
      return;
    auto read = codec::decode_recipient(line, {}, objection_);
    if (read) {
      into.changes.emplace_back(carillon::put_recipient{std::move(*read)});
      return;
    }
    ++report_.failed;
    const auto why = read.error();
    if (why.faults.empty())
      tell({"", why.detail});
    for (const auto& fault : why.faults)
      tell(fault);
  }

  void tell(const fault& what) {
    if (told_++ >= max_told)
      return;
    auto& out = report_.told;
    out += out.empty() ? "" : ",";
    out += R"({"line":)" + std::to_string(line_) + R"(,"path":)";
    codec::append_json_string(out, what.path);
    out += R"(,"message":)";
    codec::append_json_string(out, what.message);
    out += '}';
  }

  void stored(std::size_t count, const result<bool>& said) {
    if (said) {
      report_.imported += count;
      return go_on();
    }
    auto why = said.error();
    why.detail += "; " + std::to_string(report_.imported) + " people were stored before";
    reply_(std::move(why));
  }

  live::shard& on_;
  persistence_actor persistence_;
  std::string body_;
  codec::text_check objection_;
  std::string subject_;
  timestamp now_;
  steady_time arrived_;
  std::shared_ptr<void> ticket_;
  answer<import_report> reply_;
  std::size_t at_{0};
  std::size_t line_{0};
  std::size_t told_{0};
  import_report report_;
};

}  // namespace

void import_recipients(const call& c) {
  std::make_shared<import_run>(c)->go_on();
}

}  // namespace carillon::http::api

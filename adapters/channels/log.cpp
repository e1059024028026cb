#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"

namespace carillon::channels {

namespace log {

namespace {

class log_channel final : public channel {
 public:
  explicit log_channel(std::string name) : name_(std::move(name)) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    std::string line = R"({"channel":)";
    auto member = [&](std::string_view key, std::string_view text) {
      line.append(",\"").append(key).append("\":");
      codec::append_json_string(line, text);
    };
    codec::append_json_string(line, name_);
    member("delivery_id", to_text(what.id));
    member("recipient", what.recipient.empty() ? what.user_id : what.recipient);
    member("type", what.content.type);
    member("title", what.content.title);
    member("message", what.content.text);
    line.append(",\"data\":").append(what.content.data.empty() ? "{}" : what.content.data);
    line.push_back('}');
    return request{log_request{std::move(line)}};
  }

  outcome judge(const transport_result& came, timestamp) const override {
    if (auto failure = std::get_if<transport_error>(&came))
      return {.error_class = error_class::transient,
              .provider_code = std::string{to_string(failure->what)},
              .excerpt = failure->text};
    return {.provider_code = "logged"};
  }

 private:
  std::string name_;
};

result<channel_ptr> make(const channel_settings& settings) {
  return channel_ptr{std::make_shared<log_channel>(settings.name)};
}

}  // namespace

}  // namespace log

channel_type log_type() {
  return {
    .name = "log",
    .doc = "Writes each delivery to the log as one line of JSON.",
    .needs_address = false,
    .defaults = {.concurrency = 16},
    .make = log::make,
  };
}

}  // namespace carillon::channels

#include "adapters/transport/outbound.hpp"

namespace carillon {

namespace {

class log_transport final : public transport {
 public:
  explicit log_transport(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

  void send(request what, done tell, written note) override {
    if (note)
      note(peer::heard);
    write_(std::get<log_request>(what).line);
    tell(response{.status = 200});
  }

 private:
  std::function<void(std::string_view)> write_;
};

class outbound final : public transport {
 public:
  outbound(transport_ptr http, transport_ptr mail, transport_ptr log)
      : http_(std::move(http)), mail_(std::move(mail)), log_(std::move(log)) {}

  void send(request what, done tell, written note) override {
    right_for(what).send(std::move(what), std::move(tell), std::move(note));
  }

 private:
  transport& right_for(const request& what) const {
    if (std::holds_alternative<mail_request>(what))
      return *mail_;
    return std::holds_alternative<http_request>(what) ? *http_ : *log_;
  }

  transport_ptr http_;
  transport_ptr mail_;
  transport_ptr log_;
};

}  // namespace

transport_ptr make_log_transport(std::function<void(std::string_view)> write) {
  return std::make_shared<log_transport>(std::move(write));
}

transport_ptr make_outbound(transport_ptr http, transport_ptr mail, transport_ptr log) {
  return std::make_shared<outbound>(std::move(http), std::move(mail), std::move(log));
}

}  // namespace carillon

#include "adapters/http/server.hpp"

#include "adapters/http/desk.hpp"
#include "adapters/http/listener.hpp"
#include "adapters/http/site.hpp"
#include "adapters/tls_stream.hpp"

#include <functional>
#include <future>
#include <stdexcept>
#include <utility>

namespace carillon::http {

namespace {

/// Runs `what` on the shard's thread and waits for it, but not for ever: the shard may have been
/// stopped already.
void run_on(live::shard& on, std::function<void()> what) {
  auto done = std::make_shared<std::promise<void>>();
  const auto over = done->get_future();
  on.post([done, what = std::move(what)] {
    what();
    done->set_value();
  });
  over.wait_for(seconds{5});
}

}  // namespace

class server::core {
 public:
  core(server_options options, services with, const std::vector<live::shard*>& shards)
      : at_(std::make_shared<site>(std::move(options), std::move(with))) {
    for (auto* on : shards)
      desks_.push_back(std::make_shared<desk>(at_, *on));
  }

  void start() {
    const auto& how = at_->options;
    std::shared_ptr<const tls_context> tls;
    if (!how.tls_certificate.empty()) {
      auto loaded = tls_context::load(how.tls_certificate, how.tls_key);
      if (!loaded)
        throw std::runtime_error{"server.tls_certificate and server.tls_key: "
                                 + loaded.error().detail};
      tls = std::move(*loaded);
    }
    auto listening = std::make_shared<listener>(desks_, std::move(tls));
    listening->open(how.host, how.port);
    port_ = listening->port();
    listener_ = std::move(listening);
    listener_->start();
  }

  void use(server_rules rules) { at_->use(std::move(rules)); }

  void stop_accepting() {
    at_->closing = true;
    if (const auto listening = std::exchange(listener_, nullptr))
      run_on(desks_.front()->on, [listening] { listening->close(); });
  }

  void close() {
    if (std::exchange(closed_, true))
      return;
    stop_accepting();
    for (const auto& at : desks_)
      run_on(at->on, [at] { at->close_all(); });
  }

  void let_go() noexcept { at_->let_go(); }

  std::uint16_t port() const noexcept { return port_; }

 private:
  std::shared_ptr<site> at_;
  std::vector<std::shared_ptr<desk>> desks_;
  std::shared_ptr<listener> listener_;
  std::uint16_t port_ = 0;
  bool closed_ = false;
};

server::server(server_options options, services with, std::vector<live::shard*> shards)
    : core_(std::make_unique<core>(std::move(options), std::move(with), shards)) {}

server::~server() {
  core_->close();
}

void server::start() {
  core_->start();
}

void server::use(server_rules rules) {
  core_->use(std::move(rules));
}

void server::stop_accepting() {
  core_->stop_accepting();
}

void server::close() {
  core_->close();
}

void server::let_go() noexcept {
  core_->let_go();
}

std::uint16_t server::port() const noexcept {
  return core_->port();
}

}  // namespace carillon::http

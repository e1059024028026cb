#include "adapters/transport/http.hpp"

#include "adapters/transport/easy_exchange.hpp"

#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

namespace carillon {

namespace {

using exchange_ptr = std::unique_ptr<easy_exchange>;

/// One multi handle with its thread: 60 lines of poll loop beat socket callbacks by far.
class lane {
 public:
  lane(http_transport_options how, bool guarded)
      : how_(std::move(how)), guard_(how_.allow_private), guarded_(guarded) {
    multi_ = curl_multi_init();
    if (multi_ == nullptr)
      throw std::runtime_error("libcurl has no memory");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, how_.max_idle);
    thread_ = std::thread{[this] { run(); }};
  }

  ~lane() {
    {
      std::lock_guard hold{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto easy : idle_)
      curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  void add(http_request what, transport::done tell, transport::written note) {
    auto one = std::make_unique<easy_exchange>(std::move(what), std::move(tell), std::move(note));
    bool first = false;
    {
      std::lock_guard hold{mutex_};
      if (!stopping_) {
        first = inbox_.empty();
        inbox_.push_back(std::move(one));
      }
    }
    if (one)
      one->fail(transport_failure::cancelled, "the node is stopping");
    else if (first)
      curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (take_inbox()) {
      while (!waiting_.empty() && active_.size() < static_cast<std::size_t>(how_.max_active))
        start_next();
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_done();
      if (waiting_.empty() || active_.size() >= static_cast<std::size_t>(how_.max_active))
        curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
    }
    cancel_all();
  }

  /// Moves what was sent to the waiting ones; false once stopping.
  bool take_inbox() {
    std::vector<exchange_ptr> taken;
    std::lock_guard hold{mutex_};
    taken.swap(inbox_);
    for (auto& one : taken)
      waiting_.push_back(std::move(one));
    return !stopping_;
  }

  void start_next() {
    auto one = std::move(waiting_.front());
    waiting_.pop_front();
    if (guarded_)
      if (auto why = guard_.objection(one->url()))
        return one->fail(transport_failure::refused, *why);
    auto easy = take_handle();
    if (easy == nullptr)
      return one->fail(transport_failure::connect, "libcurl has no memory");
    one->prepare(easy, how_, guarded_ ? &guard_ : nullptr);
    if (auto code = curl_multi_add_handle(multi_, easy); code != CURLM_OK) {
      idle_.push_back(easy);
      return one->fail(transport_failure::connect, curl_multi_strerror(code));
    }
    active_.emplace(easy, std::move(one));
  }

  CURL* take_handle() {
    if (idle_.empty())
      return curl_easy_init();
    auto easy = idle_.back();
    idle_.pop_back();
    curl_easy_reset(easy);
    return easy;
  }

  void finish_done() {
    int left = 0;
    while (auto message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      auto easy = message->easy_handle;
      auto code = message->data.result;
      auto found = active_.find(easy);
      found->second->finish(code);
      curl_multi_remove_handle(multi_, easy);
      active_.erase(found);
      idle_.push_back(easy);
    }
  }

  void cancel_all() {
    for (auto& [easy, one] : active_) {
      one->fail(transport_failure::cancelled, "the node is stopping");
      curl_multi_remove_handle(multi_, easy);
      idle_.push_back(easy);
    }
    for (auto& one : waiting_)
      one->fail(transport_failure::cancelled, "the node is stopping");
  }

  const http_transport_options how_;
  const address_guard guard_;
  const bool guarded_;
  CURLM* multi_;
  std::mutex mutex_;
  std::vector<exchange_ptr> inbox_;
  bool stopping_ = false;
  // The thread's own:
  std::deque<exchange_ptr> waiting_;
  std::unordered_map<CURL*, exchange_ptr> active_;
  std::vector<CURL*> idle_;
  std::thread thread_;
};

class http_transport final : public transport {
 public:
  explicit http_transport(const http_transport_options& how)
      : open_(how, false), guarded_(how, true) {}

  void send(request what, done tell, written note) override {
    auto& http = std::get<http_request>(what);
    auto& right = http.guarded ? guarded_ : open_;
    right.add(std::move(http), std::move(tell), std::move(note));
  }

 private:
  lane open_;
  lane guarded_;
};

}  // namespace

transport_ptr make_http_transport(const http_transport_options& how) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_shared<http_transport>(how);
}

}  // namespace carillon

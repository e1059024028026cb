#include "adapters/transport/smtp.hpp"

#include "adapters/transport/mail_conversation.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>

namespace carillon {

namespace {

/// What a connection must have in common with a message to carry it. None of it is left to libcurl,
/// which takes a connection in clear for one that asks for STARTTLS, and one that was verified with
/// other certificates.
struct mail_terms {
  std::string host{};
  std::uint16_t port{0};
  mail_security security{mail_security::starttls};
  std::string ca_file{};
  std::string username{};
  std::string password{};

  bool operator==(const mail_terms&) const = default;
};

mail_terms terms_of(const mail_request& what) {
  return {what.host, what.port, what.security, what.ca_file, what.username, what.password};
}

/// A handle with the connection that it keeps.
struct mail_line {
  CURL* easy{nullptr};
  mail_terms terms{};
  int messages{0};
  /// Nothing more is said on it.
  bool over{false};
  std::chrono::steady_clock::time_point used{};
};

/// True where the connection is closed, or will be by the server (RFC 5321, 3.8).
bool ends_connection(const transport_result& came) {
  auto got = std::get_if<response>(&came);
  return got == nullptr || got->status == 421;
}

/// Ends a connection with QUIT, whose answer is not waited for.
void hang_up(const mail_line& line) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(line.easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK
      && socket != CURL_SOCKET_BAD)
    ::shutdown(socket, SHUT_RD);
  curl_easy_cleanup(line.easy);
}

/// How a conversation on a line ended.
struct mail_turn {
  transport_result came{};
  /// As of `mail_conversation`.
  bool found_closed{false};
};

struct mail_job {
  mail_request what{};
  transport::done tell{};
};

class smtp_transport final : public transport {
 public:
  explicit smtp_transport(const smtp_transport_options& how)
      : how_(how), guard_(how.allow_private) {}

  ~smtp_transport() override {
    {
      std::lock_guard hold{mutex_};
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& one : threads_)
      one.join();
    for (auto& one : waiting_)
      one.tell(transport_error{transport_failure::cancelled, "the node is stopping"});
    for (auto& line : lines_)
      hang_up(line);
  }

  // When the message was written is not told: its reply comes soon after.
  void send(request what, done tell, written) override {
    std::lock_guard hold{mutex_};
    waiting_.push_back({std::move(std::get<mail_request>(what)), std::move(tell)});
    if (free_ >= waiting_.size())
      changed_.notify_one();
    else if (threads_.size() < static_cast<std::size_t>(how_.max_active))
      threads_.emplace_back([this] { work(); });
  }

 private:
  void work() {
    std::unique_lock hold{mutex_};
    for (;;) {
      ++free_;
      changed_.wait_for(hold, how_.idle, [this] { return stopping_ || !waiting_.empty(); });
      --free_;
      if (stopping_)
        return;
      hang_up_idle(hold);
      if (waiting_.empty())
        continue;
      auto job = std::move(waiting_.front());
      waiting_.pop_front();
      auto line = take_line(job.what);
      hold.unlock();
      auto came = speak(job.what, line);
      hold.lock();
      keep(std::move(line), hold);
      // Counted as free while it tells, so that the next message needs no thread more.
      ++free_;
      hold.unlock();
      job.tell(std::move(came));
      hold.lock();
      --free_;
    }
  }

  /// Speaks on the line; where a kept connection turns out closed, once more on a new one, in what
  /// is left of the time.
  transport_result speak(mail_request& what, mail_line& line) {
    const auto begin = std::chrono::steady_clock::now();
    const auto kept = line.messages > 0;
    auto first = speak_once(what, line);
    if (!kept || !first.found_closed)
      return std::move(first.came);
    hang_up(line);
    line = {.terms = std::move(line.terms)};
    what.timeout -=
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    if (what.timeout <= milliseconds::zero())
      return std::move(first.came);
    return speak_once(what, line).came;
  }

  mail_turn speak_once(const mail_request& what, mail_line& line) {
    if (line.easy == nullptr)
      line.easy = curl_easy_init();
    if (line.easy == nullptr)
      return {.came = transport_error{transport_failure::connect, "libcurl has no memory"}};
    ++line.messages;
    mail_conversation words{what, how_, guard_, stopping_};
    auto came = words.run(line.easy);
    line.over = ends_connection(came);
    return {.came = std::move(came), .found_closed = words.found_closed()};
  }

  /// The line that was used last on these terms, else a new one.
  mail_line take_line(const mail_request& what) {
    auto terms = terms_of(what);
    for (auto at = lines_.rbegin(); at != lines_.rend(); ++at)
      if (at->terms == terms) {
        auto out = std::move(*at);
        lines_.erase(std::next(at).base());
        return out;
      }
    return {.terms = std::move(terms)};
  }

  void keep(mail_line line, std::unique_lock<std::mutex>& hold) {
    if (line.easy == nullptr)
      return;
    if (!line.over && line.messages < how_.messages_per_connection && !stopping_) {
      line.used = std::chrono::steady_clock::now();
      lines_.push_back(std::move(line));
      return;
    }
    hold.unlock();
    hang_up(line);
    hold.lock();
  }

  void hang_up_idle(std::unique_lock<std::mutex>& hold) {
    auto since = std::chrono::steady_clock::now() - how_.idle;
    auto fresh = std::ranges::find_if(lines_, [&](auto& x) { return x.used > since; });
    if (fresh == lines_.begin())
      return;
    std::vector<mail_line> idle{std::make_move_iterator(lines_.begin()),
                                std::make_move_iterator(fresh)};
    lines_.erase(lines_.begin(), fresh);
    hold.unlock();
    for (auto& line : idle)
      hang_up(line);
    hold.lock();
  }

  const smtp_transport_options how_;
  const address_guard guard_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<mail_job> waiting_;
  /// Lines that nobody speaks on, the last used at the end.
  std::vector<mail_line> lines_;
  /// Threads that will look at what waits without being told.
  std::size_t free_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace

transport_ptr make_smtp_transport(const smtp_transport_options& how) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_shared<smtp_transport>(how);
}

}  // namespace carillon

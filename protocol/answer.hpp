#pragma once

#include "protocol/error.hpp"

#include <functional>
#include <utility>

namespace carillon {

/// A promise to answer exactly once, from any thread. One that is destroyed unanswered answers
/// `internal`: the asker never waits for ever, whatever became of its message.
template <class T>
class answer {
 public:
  using function = std::function<void(result<T>)>;

  answer() = default;
  explicit answer(function tell) : tell_(std::move(tell)) {}
  answer(answer&& other) noexcept : tell_(std::exchange(other.tell_, nullptr)) {}
  answer& operator=(answer&& other) noexcept {
    std::swap(tell_, other.tell_);
    return *this;
  }
  ~answer() {
    if (tell_)
      (*this)(error{errc::internal, "the request was dropped before it was answered"});
  }

  /// Answers; a second call does nothing.
  void operator()(result<T> value) {
    if (auto tell = std::exchange(tell_, nullptr))
      tell(std::move(value));
  }

  explicit operator bool() const noexcept { return static_cast<bool>(tell_); }

 private:
  function tell_;
};

}  // namespace carillon

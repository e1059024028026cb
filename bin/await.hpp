#pragma once

#include "protocol/answer.hpp"
#include "protocol/time.hpp"

#include <future>
#include <memory>
#include <utility>

namespace carillon {

/// An answer that this thread waits for. For the main thread alone: actors and I/O never wait.
template <class T>
class awaited_answer {
 public:
  /// The promise to hand over; once.
  answer<T> promise() const {
    return answer<T>{[told = told_](result<T> said) { told->set_value(std::move(said)); }};
  }

  std::shared_ptr<answer<T>> shared_promise() const {
    return std::make_shared<answer<T>>(promise());
  }

  /// What was said by then, else `unavailable`.
  result<T> until(steady_time deadline) {
    if (said_.wait_until(deadline) != std::future_status::ready)
      return error{
        errc::unavailable, "a part of the engine did not answer in time", {}, seconds{5}};
    return said_.get();
  }

 private:
  std::shared_ptr<std::promise<result<T>>> told_ = std::make_shared<std::promise<result<T>>>();
  std::future<result<T>> said_ = told_->get_future();
};

}  // namespace carillon

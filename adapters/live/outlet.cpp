#include "adapters/live/outlet.hpp"

#include "adapters/live/shard.hpp"

#include <atomic>
#include <utility>

namespace carillon::live {

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

outlet::outlet(shard& on) noexcept : shard_(on), id_(next_id()) {}

void outlet::start(const session_actor& session) {
  shard_.put(shared_from_this(), order{order::start{session}});
}

void outlet::push(push_ptr what) {
  shard_.put(shared_from_this(), std::move(what));
}

void outlet::say(live_event what) {
  shard_.put(shared_from_this(), order{order::say{std::move(what)}});
}

void outlet::tell_when_drained() {
  shard_.put(shared_from_this(), order{order::tell_when_drained{}});
}

void outlet::resume() {
  shard_.put(shared_from_this(), order{order::resume{}});
}

void outlet::close(close_code code, std::string reason) {
  shard_.put(shared_from_this(), order{order::close{code, std::move(reason)}});
}

}  // namespace carillon::live

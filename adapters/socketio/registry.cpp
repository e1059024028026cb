#include "adapters/socketio/registry.hpp"

#include "adapters/socketio/client.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace carillon::socketio {

std::string registry::fresh_id() {
  std::array<unsigned char, 18> random;
  if (RAND_bytes(random.data(), random.size()) != 1)
    throw std::runtime_error{"no random bytes are to be had"};
  std::array<unsigned char, 25> text;
  EVP_EncodeBlock(text.data(), random.data(), random.size());
  std::string out{text.begin(), text.end() - 1};
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

void registry::enter(const client_ptr& who) {
  std::lock_guard guard{mutex_};
  clients_.insert_or_assign(who->line().sid(), who);
}

void registry::leave(const std::string& sid) {
  std::lock_guard guard{mutex_};
  clients_.erase(sid);
}

client_ptr registry::find(std::string_view sid) const {
  std::lock_guard guard{mutex_};
  const auto found = clients_.find(sid);
  return found != clients_.end() ? found->second.lock() : nullptr;
}

std::shared_ptr<void> registry::admit_stranger() {
  if (strangers_->fetch_add(1) >= bound_) {
    --*strangers_;
    return nullptr;
  }
  return {static_cast<void*>(strangers_.get()), [count = strangers_](void*) { --*count; }};
}

}  // namespace carillon::socketio

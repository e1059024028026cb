#include "tests/bench/stalled.hpp"

#include "tests/bench/sockets.hpp"
#include "tests/bench/token.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace carillon::bench {

namespace {

/// What the engine lets wait for a connection.
constexpr std::size_t queue_bound = 1 << 20;

/// A notification is about so long: first near what a producer may send, then for the rest.
constexpr std::size_t loads[] = {60'000, 1'000};

/// What a notification's frame has beside its load, at most.
constexpr std::size_t around_load = 1024;

/// So many of them for each in one round.
constexpr std::size_t at_once = 4;

constexpr int receive_buffer = 4096;
constexpr int producers = 16;
constexpr int patience = 10;

std::string stalled_user(std::size_t i) {
  return "stalled-" + std::to_string(i);
}

/// The port of `0100007F:1F90`.
std::uint16_t port_of(const std::string& address) {
  return static_cast<std::uint16_t>(
    std::strtoul(address.c_str() + address.find(':') + 1, nullptr, 16));
}

/// What waits in the kernel's buffers between that port and its clients, both ends together.
std::unordered_map<std::uint16_t, std::size_t> kernel_queues(std::uint16_t server) {
  std::unordered_map<std::uint16_t, std::size_t> out;
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream words{line};
    std::string slot, local, remote, state, queues;
    words >> slot >> local >> remote >> state >> queues;
    const auto sending = std::strtoul(queues.c_str(), nullptr, 16);
    const auto received = std::strtoul(queues.c_str() + queues.find(':') + 1, nullptr, 16);
    if (port_of(local) == server)
      out[port_of(remote)] += sending;
    else if (port_of(remote) == server)
      out[port_of(local)] += received;
  }
  return out;
}

}  // namespace

stalled_clients::stalled_clients(const target& to, int count)
    : to_(to), token_(publisher_token(to.secret)) {
  answered_ = [this](producer& who, int status, std::string_view body) {
    if (status != 201)
      throw std::runtime_error("a stalled client's notification was answered "
                               + std::to_string(status) + " " + std::string{body});
    clients_[for_whom_[&who]].sent += body.size() + 4;
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto reader = std::make_unique<subscriber>(
      i, to.port, live_stream(to, "plain", stalled_user(i)), ignore_, receive_buffer);
    const auto port = port_of(reader->socket());
    clients_.push_back({std::move(reader), port});
  }
  for (int i = 0; i < producers; ++i) {
    producers_.push_back(std::make_unique<producer>(to.port, answered_));
    loop_.add(producers_.back()->socket(), *producers_.back());
  }
}

void stalled_clients::fill(std::size_t room) {
  for (const auto load : loads)
    fill(room, load);
}

void stalled_clients::fill(std::size_t room, std::size_t load) {
  for (;;) {
    const auto kernel = held_by_kernel();
    std::vector<std::size_t> wanting;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      const auto held = kernel.find(clients_[i].port);
      const auto outside = std::min(held == kernel.end() ? 0 : held->second, clients_[i].sent);
      const auto queued = clients_[i].sent - outside;
      const auto missing = queued + room < queue_bound ? queue_bound - room - queued : 0;
      wanting.insert(wanting.end(), std::min(at_once, missing / (load + around_load)), i);
    }
    if (wanting.empty())
      return;
    send(wanting, load);
  }
}

void stalled_clients::send(const std::vector<std::size_t>& to_whom, std::size_t load) {
  const std::string filler(load, 'x');
  auto next = to_whom.begin();
  for (bool busy = true; busy;) {
    busy = next != to_whom.end();
    for (auto& each : producers_) {
      if (!each->busy() && next != to_whom.end()) {
        for_whom_[each.get()] = *next;
        each->send(post_request("/api/v1/notifications", token_,
                                R"({"title":"t","message":"m","user_id":")" + stalled_user(*next)
                                  + R"(","extra_data":{"x":")" + filler + R"("}})"));
        ++next;
      }
      busy = busy || each->busy();
    }
    loop_.turn(1000);
  }
}

std::unordered_map<std::uint16_t, std::size_t> stalled_clients::held_by_kernel() {
  auto before = kernel_queues(to_.port);
  for (;;) {
    loop_.turn(50);
    auto now = kernel_queues(to_.port);
    if (now == before)
      return now;
    before = std::move(now);
  }
}

int stalled_clients::read_to_the_end() {
  int closed = 0;
  for (auto& each : clients_)
    closed += each.reader->read_to_the_end(patience) == 1013;
  return closed;
}

}  // namespace carillon::bench

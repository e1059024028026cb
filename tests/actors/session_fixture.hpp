#pragma once

#include "tests/actors/faults.hpp"
#include "tests/actors/live_house.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace carillon::tests {

using seqs = std::vector<std::int64_t>;
using texts = std::vector<std::string>;

inline seqs from_to(std::int64_t first, std::int64_t last) {
  seqs out;
  for (auto i = first; i <= last; ++i)
    out.push_back(i);
  return out;
}

/// One user's sessions, told what to do and run to rest.
struct session_fixture : test_coordinator_fixture<> {
  live_house house{sys};

  ~session_fixture() {
    no_more_faults();
    house.shut();
    sched.run();
  }

  void open() {
    house.open();
    sched.run();
  }

  recorder_ptr connect(principal who, frame_format format = frame_format::envelope,
                       std::optional<std::int64_t> since = {}) {
    auto out = house.connect(std::move(who), format, since);
    sched.run();
    return out;
  }

  void post(int count = 1) {
    for (int i = 0; i < count; ++i)
      house.post({"u", "", ""});
    sched.run();
  }

  void write(int count) {
    for (int i = 0; i < count; ++i)
      house.write({"u", "", ""});
  }

  void command(const recorder_ptr& from, command_kind kind, std::string argument = {}) {
    house.command(from, kind, std::move(argument));
    sched.run();
  }

  marking& last_mark() { return std::get<marking>(house.storage->marks.back()->what); }

  void tell_change(mark_kind kind, std::uint64_t origin, std::int64_t unread) {
    auto what = std::make_shared<inbox_change>();
    what->user_id = "u";
    what->kind = kind;
    what->ids = {notification_id{}};
    what->unread = unread;
    what->origin = origin;
    caf::anon_send(house.presence, inbox_change_ptr{std::move(what)});
    sched.run();
  }
};

/// The hello of user `u`.
inline std::string hello(const recorder_ptr& who, std::int64_t seq, std::int64_t unread) {
  return R"({"event":"hello","data":{"session_id":")" + std::to_string(who->id())
         + R"(","user_id":"u","heartbeat_seconds":25,"seq":)" + std::to_string(seq)
         + R"(,"unread_count":)" + std::to_string(unread) + "}}";
}

}  // namespace carillon::tests

#pragma once

#include "actors/persistence.hpp"
#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"
#include "tests/actors/scripted_store.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace carillon::tests {

/// Persistence on a scripted store, and everybody it tells, who write down what they are told.
struct writing : test_coordinator_fixture<> {
  writing();
  ~writing();

  /// Handles everything that waits.
  void settle() { sched.run(); }
  /// Lets time go by in steps in which timers fire.
  void pass(milliseconds time);

  static std::shared_ptr<notification> titled(const std::string& title);
  static std::shared_ptr<delivery> on(const std::string& channel);

  /// Sends a creation of one notification whose answer is noted under its title.
  void post(const std::string& title, std::vector<std::shared_ptr<delivery>> deliveries = {});
  void mark(const std::string& user);
  void prefer(const std::string& user);
  void report(const std::string& channel);
  void wish(const std::string& channel, std::uint32_t room, bool fresh = false,
            std::vector<delivery_id> held = {});
  void close();

  /// `committed`, or the name of the error; empty while there is no answer.
  std::string answer_to(const std::string& title) const;
  bool told(const std::string& what) const;
  bool ended();

  std::shared_ptr<script> store = std::make_shared<script>();
  std::shared_ptr<directory> known = std::make_shared<directory>();
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  counted gauges;
  std::map<std::string, std::string> answers;
  std::map<std::string, error> errors;
  /// What the others were told, in order.
  std::vector<std::string> heard;
  std::vector<std::string> failures;
  bool closed = false;
  supervisor_actor supervisor;
  sender_actor sender;
  persistence_actor dut;

 private:
  template <class T>
  answer<T> noted(const std::string& label);
  persistence_actor spawn();
};

}  // namespace carillon::tests

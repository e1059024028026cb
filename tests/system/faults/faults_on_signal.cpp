// The engine of the fault tests: on SIGUSR2 it says so on stderr, and before any further message
// reads the file that CARILLON_TEST_FAULTS names: lines of an actor's name and how many of its next
// messages shall throw.

#include "actors/fault.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace {

std::atomic<bool> asked{false};
std::mutex mutex;
std::map<std::string, int, std::less<>> ordered;

// A signal is taken some time after it was sent: who sent it waits for this line.
void listen(int) {
  static constexpr char heard[] = "fault orders heard\n";
  asked = true;
  [[maybe_unused]] const auto written = write(STDERR_FILENO, heard, sizeof heard - 1);
}

struct listener {
  listener() { std::signal(SIGUSR2, listen); }
} listening;

void read_orders() {
  ordered.clear();
  std::ifstream in{std::getenv("CARILLON_TEST_FAULTS")};
  std::string actor;
  for (int times = 0; in >> actor >> times;)
    ordered[actor] = times;
}

}  // namespace

namespace carillon {

void fault_point(std::string_view actor) {
  std::lock_guard hold{mutex};
  if (asked.exchange(false))
    read_orders();
  auto found = ordered.find(actor);
  if (found == ordered.end() || found->second == 0)
    return;
  --found->second;
  throw std::runtime_error("a fault on order in " + found->first);
}

}  // namespace carillon

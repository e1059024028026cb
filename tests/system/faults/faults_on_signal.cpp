// The engine of the fault tests: on SIGUSR2 it reads the file that CARILLON_TEST_FAULTS names, lines
// of an actor's name and how many of its next messages shall throw.

#include "actors/fault.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

std::atomic<bool> asked{false};
std::mutex mutex;
std::map<std::string, int, std::less<>> ordered;

struct listener {
  listener() { std::signal(SIGUSR2, [](int) { asked = true; }); }
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

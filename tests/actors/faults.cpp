#include "tests/actors/faults.hpp"

#include "actors/fault.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace carillon {

namespace {

std::mutex mutex;
std::map<std::string, int, std::less<>> ordered;

}  // namespace

namespace tests {

void throw_in(const std::string& actor, int times) {
  std::lock_guard lock{mutex};
  ordered[actor] = times;
}

void no_more_faults() {
  std::lock_guard lock{mutex};
  ordered.clear();
}

}  // namespace tests

void fault_point(std::string_view actor) {
  std::lock_guard lock{mutex};
  auto found = ordered.find(actor);
  if (found == ordered.end() || found->second == 0)
    return;
  --found->second;
  throw std::runtime_error("a fault on order in " + found->first);
}

}  // namespace carillon

#include "tests/bench/process.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

namespace carillon::bench {

double cpu_seconds(int pid) {
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  std::getline(stat, text, ')');  // a name may have spaces
  for (int i = 0; i < 11; ++i)    // from the state to the faults of the children
    stat >> text;
  long user = 0;
  long system = 0;
  stat >> user >> system;
  return double(user + system) / double(::sysconf(_SC_CLK_TCK));
}

}  // namespace carillon::bench

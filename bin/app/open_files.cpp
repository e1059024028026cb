#include "bin/app/open_files.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

namespace carillon {

void raise_open_files(std::int64_t needed) {
  rlimit bound{};
  if (getrlimit(RLIMIT_NOFILE, &bound) != 0)
    return;
  bound.rlim_cur = bound.rlim_max;
  setrlimit(RLIMIT_NOFILE, &bound);
  if (bound.rlim_max != RLIM_INFINITY && bound.rlim_max < static_cast<rlim_t>(needed))
    spdlog::warn(
      "this process may open {} files, and server.max_connections needs {}: raise "
      "its limit (ulimit -Hn, or LimitNOFILE of its service)",
      bound.rlim_max, needed);
}

}  // namespace carillon

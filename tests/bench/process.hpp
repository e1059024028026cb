#pragma once

namespace carillon::bench {

/// Seconds of CPU that a process has used, its own and the kernel's for it; 0 where there is none.
double cpu_seconds(int pid);

}  // namespace carillon::bench

#include "tests/bench/loads.hpp"
#include "tests/bench/subscriber.hpp"
#include "tests/bench/token.hpp"

#include <cstdio>
#include <memory>
#include <vector>

namespace carillon::bench {

void run(const target& to, const idle& how) {
  subscriber::on_text ignore = [](std::size_t, std::string_view) {};
  std::vector<std::unique_ptr<subscriber>> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(how.connections); ++i) {
    auto where = to.nchan
                   ? "/sub/bench-" + std::to_string(i)
                   : "/api/v1/ws?token=" + user_token(to.secret, "bench-" + std::to_string(i));
    all.push_back(std::make_unique<subscriber>(i, to.port, where, ignore));
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace carillon::bench

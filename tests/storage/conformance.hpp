// What every engine promises: compiled once, run on each.

namespace {

using namespace carillon;
using namespace carillon::storage;
using namespace carillon::storage::test;

struct fixture : store_fixture {
  explicit fixture(bool on_server = false) : store_fixture(engine_under_test(), on_server) {}
};

/// What only a server can promise.
struct server_fixture : fixture {
  server_fixture() : fixture(true) {}
};

// The test framework names tests by their line: each file has a namespace of its own.

/// A test on what `room` prepares, where the engine's server is at hand.
#define STORE_TEST_IN(room, name)         \
  struct name##_body : room {             \
    void go();                            \
  };                                      \
  CAF_TEST(name) {                        \
    name##_body body;                     \
    if (body.ready) {                     \
      body.go();                          \
      CAF_CHECK(body.counts_are_right()); \
    }                                     \
  }                                       \
  void name##_body::go()

#define STORE_TEST(name) STORE_TEST_IN(fixture, name)

namespace addresses_promises {
#include "tests/storage/conformance/addresses.hpp"
}  // namespace addresses_promises
namespace administration_promises {
#include "tests/storage/conformance/administration.hpp"
}  // namespace administration_promises
namespace bulks_promises {
#include "tests/storage/conformance/bulks.hpp"
}  // namespace bulks_promises
namespace deliveries_promises {
#include "tests/storage/conformance/deliveries.hpp"
}  // namespace deliveries_promises
namespace digests_promises {
#include "tests/storage/conformance/digests.hpp"
}  // namespace digests_promises
namespace event_bulks_promises {
#include "tests/storage/conformance/event_bulks.hpp"
}  // namespace event_bulks_promises
namespace groups_promises {
#include "tests/storage/conformance/groups.hpp"
}  // namespace groups_promises
namespace inbox_promises {
#include "tests/storage/conformance/inbox.hpp"
}  // namespace inbox_promises
namespace nodes_promises {
#include "tests/storage/conformance/nodes.hpp"
}  // namespace nodes_promises
namespace once_promises {
#include "tests/storage/conformance/once.hpp"
}  // namespace once_promises
namespace operations_promises {
#include "tests/storage/conformance/operations.hpp"
}  // namespace operations_promises
namespace preferences_promises {
#include "tests/storage/conformance/preferences.hpp"
}  // namespace preferences_promises
namespace sinks_promises {
#include "tests/storage/conformance/sinks.hpp"
}  // namespace sinks_promises
namespace templates_promises {
#include "tests/storage/conformance/templates.hpp"
}  // namespace templates_promises
namespace upkeep_promises {
#include "tests/storage/conformance/upkeep.hpp"
}  // namespace upkeep_promises

}  // namespace

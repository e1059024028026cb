#define CAF_SUITE postgresql_store

#include "protocol/codec/preferences.hpp"
#include "protocol/rules/templates.hpp"
#include "tests/storage/store_fixture.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/caf_test.hpp"

#define CARILLON_ENGINE carillon::storage::engine::postgresql
#include "tests/storage/conformance.hpp"

namespace {
namespace nodes_promises {
#include "tests/storage/conformance/nodes.hpp"
}  // namespace nodes_promises
}  // namespace

#define CAF_SUITE store

#include "protocol/codec/preferences.hpp"
#include "protocol/rules/templates.hpp"
#include "storage/migrations.hpp"
#include "tests/storage/store_fixture.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/caf_test.hpp"

namespace store_suite {
#include "tests/storage/conformance.hpp"
}  // namespace store_suite

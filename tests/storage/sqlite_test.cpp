#define CAF_SUITE sqlite_store

#include "protocol/codec/preferences.hpp"
#include "protocol/rules/templates.hpp"
#include "tests/storage/store_fixture.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "tests/caf_test.hpp"

#define CARILLON_ENGINE carillon::storage::engine::sqlite
#include "tests/storage/conformance.hpp"

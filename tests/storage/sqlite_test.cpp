#define CAF_SUITE sqlite_store

#include "tests/storage/store_fixture.hpp"

#include <algorithm>
#include <map>

#include "tests/caf_test.hpp"

#define CARILLON_ENGINE carillon::storage::engine::sqlite
#include "tests/storage/conformance.hpp"

#define CAF_SUITE storage_url

#include "storage/url.hpp"
#include "tests/storage/store_fixture.hpp"

#include "tests/caf_test.hpp"

namespace storage_url_suite {

using namespace carillon::storage;
using carillon::storage::test::throws;

CAF_TEST(a_url_names_a_file_or_a_server) {
  CAF_CHECK(parse_url("sqlite://var/a.db").target == "var/a.db");
  CAF_CHECK(parse_url("sqlite:///var/a.db").target == "/var/a.db");
  CAF_CHECK(parse_url("postgresql://u:p@h/db?x=1").target == "postgresql://u:p@h/db?x=1");
  CAF_CHECK(parse_url("postgresql://h/db").kind == engine::postgresql);
  CAF_CHECK(throws<std::invalid_argument>([] { parse_url("oracle://u:secret@h"); }));
  CAF_CHECK(throws<std::invalid_argument>([] { parse_url("sqlite://"); }));
}

CAF_TEST(a_masked_url_shows_no_password) {
  CAF_CHECK_EQUAL(masked("postgresql://u:p@ss@h:1/db"), "postgresql://u:***@h:1/db");
  CAF_CHECK_EQUAL(masked("postgresql://u@h/db?user=a&password=p&x=1"),
                  "postgresql://u@h/db?user=a&password=***&x=1");
  CAF_CHECK_EQUAL(masked("postgresql://h/db"), "postgresql://h/db");
  CAF_CHECK_EQUAL(masked("sqlite://a@b:c.db"), "sqlite://a@b:c.db");
}

}  // namespace storage_url_suite

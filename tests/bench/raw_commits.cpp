#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace carillon::bench {

namespace {

/// The row of `durable`, column by column.
struct stock_warning {
  std::string id;
  long long seq;
  std::string title = "库存预警";
  std::string message = "鸡肉库存不足,当前库存: 5kg,请及时补货";
  std::string type = "warning";
  std::string user;
  std::string data = R"({"item_id":"item-456","current_stock":5})";
  std::string source = "inventory_system";
  std::string none;
  long long priority = 2;
  long long at = 1'700'000'000'000;
};

std::string id_of(long long n) {
  std::array<char, 33> hex{};
  std::snprintf(hex.data(), hex.size(), "01920000000070008%015llx", n);
  return hex.data();
}

constexpr const char* columns =
  "insert into notifications (id, seq, title, message, type, priority, user_id, role, store_id, "
  "extra_data, source, group_key, dedupe_key, created_at, visible_at, trace_id) ";

/// One prepared statement, a row at a time: the quickest way into SQLite.
class sqlite_writer {
 public:
  explicit sqlite_writer(soci::session& to)
      : to_(to),
        insert_((to.prepare << std::string{columns}
                                 + "values (cast(:id as blob), :seq, :t, :m, :y, :p, :u, :n1, :n2, "
                                   ":d, :s, :n3, :n4, :a1, :a2, :n5)",
                 soci::use(row_.id), soci::use(row_.seq), soci::use(row_.title),
                 soci::use(row_.message), soci::use(row_.type), soci::use(row_.priority),
                 soci::use(row_.user), soci::use(row_.none), soci::use(row_.none),
                 soci::use(row_.data), soci::use(row_.source), soci::use(row_.none),
                 soci::use(row_.none), soci::use(row_.at), soci::use(row_.at),
                 soci::use(row_.none))) {}

  void commit(long long first, int rows) {
    to_ << "begin immediate";
    for (long long n = first; n < first + rows; ++n) {
      row_.id = id_of(n).substr(0, 16);
      row_.id.replace(8, 8, id_of(n).substr(24, 8));
      row_.seq = n;
      row_.user = "user-" + std::to_string(n % 10'000);
      insert_.execute(true);
    }
    to_ << "commit";
  }

 private:
  soci::session& to_;
  stock_warning row_{};
  soci::statement insert_;
};

/// One statement for all rows, from arrays: the quickest way into PostgreSQL but for COPY.
class postgresql_writer {
 public:
  explicit postgresql_writer(soci::session& to)
      : to_(to),
        insert_(
          (to.prepare << std::string{columns}
                           + "select decode(i, 'hex'), q, '库存预警', "
                             "'鸡肉库存不足,当前库存: 5kg,请及时补货', 'warning', 2, u, '', '', "
                             "'{\"item_id\":\"item-456\",\"current_stock\":5}', "
                             "'inventory_system', '', '', 1700000000000, 1700000000000, '' "
                             "from unnest(cast(:ids as text[]), cast(:seqs as bigint[]), "
                             "cast(:users as text[])) as given(i, q, u)",
           soci::use(ids_), soci::use(seqs_), soci::use(users_))) {}

  void commit(long long first, int rows) {
    ids_ = seqs_ = users_ = "{";
    for (long long n = first; n < first + rows; ++n) {
      const auto* comma = n == first ? "" : ",";
      ids_.append(comma).append(id_of(n));
      seqs_.append(comma).append(std::to_string(n));
      users_.append(comma).append("user-" + std::to_string(n % 10'000));
    }
    for (auto* one : {&ids_, &seqs_, &users_})
      one->push_back('}');
    to_ << "begin";
    insert_.execute(true);
    to_ << "commit";
  }

 private:
  soci::session& to_;
  std::string ids_;
  std::string seqs_;
  std::string users_;
  soci::statement insert_;
};

template <class Writer>
void measure(soci::session& to, const raw_commits& how) {
  Writer writer{to};
  long long head = 0;
  to << "select coalesce(max(seq), 0) from notifications", soci::into(head);
  auto first = head + 1;
  auto next = first;
  // While one half of those who wait is being committed, the other half gathers.
  auto rows = std::max(1, how.waiters / 2);
  auto start = clock::now();
  for (; seconds_since(start) < how.seconds; next += rows)
    writer.commit(next, rows);
  std::printf(R"({"figure":"raw_commits","rows_per_commit":%d,"rows":%lld,"per_second":%.0f})"
              "\n",
              rows, next - first, static_cast<double>(next - first) / seconds_since(start));
}

}  // namespace

void run(const raw_commits& how) {
  constexpr std::string_view sqlite = "sqlite://";
  if (how.url.starts_with(sqlite)) {
    soci::session to(soci::sqlite3, "dbname=" + how.url.substr(sqlite.size()));
    std::string mode;
    to << "pragma journal_mode = wal", soci::into(mode);
    to << "pragma synchronous = full";
    measure<sqlite_writer>(to, how);
  } else {
    soci::session to(soci::postgresql, how.url + "?application_name=bench");
    measure<postgresql_writer>(to, how);
  }
}

}  // namespace carillon::bench

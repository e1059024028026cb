#include "storage/connection.hpp"

#include "storage/repository.hpp"

#include <soci/soci.h>

namespace carillon::storage {

namespace {

/// Lists with many filters have many texts; past so many the statements are made anew.
constexpr std::size_t max_statements = 256;

}  // namespace

struct connection::prepared {
  struct bound {
    std::string text{};
    long long number{0};
    soci::indicator indicator{soci::i_ok};
  };

  explicit prepared(soci::session& session) : statement(session) {}

  // SOCI keeps references to what is bound: the places never move.
  std::deque<bound> in{};
  std::deque<cell> out{};
  soci::statement statement;
};

connection::connection(const store_url& url, bool read_only)
    : url_(url), read_only_(read_only), session_(std::make_unique<soci::session>()) {
  open_session(*session_, url_, read_only_);
}

connection::~connection() {
  statements_.clear();
}

connection::prepared& connection::prepare(std::string_view sql, parameters values, int columns) {
  if (const auto known = statements_.find(sql); known != statements_.end())
    return *known->second;
  if (statements_.size() >= max_statements)
    statements_.clear();
  auto made = std::make_unique<prepared>(*session_);
  for (const auto& x : values) {
    auto& place = made->in.emplace_back();
    const std::string name(x.name);
    if (x.type == storage_class::number)
      made->statement.exchange(soci::use(place.number, place.indicator, name));
    else
      made->statement.exchange(soci::use(place.text, place.indicator, name));
  }
  for (int i = 0; i < columns; ++i) {
    auto& place = made->out.emplace_back();
    made->statement.exchange(soci::into(place.text, place.indicator));
  }
  made->statement.alloc();
  made->statement.prepare(kind() == engine::sqlite ? cast_binary(std::string(sql), values)
                                                   : std::string(sql));
  made->statement.define_and_bind();
  return *statements_.emplace(sql, std::move(made)).first->second;
}

std::size_t connection::execute(prepared& what, parameters values, const consumer& take) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& x = values[i];
    auto& place = what.in[i];
    place.indicator = x.null ? soci::i_null : soci::i_ok;
    if (x.type == storage_class::number)
      place.number = x.number;
    else if (x.type == storage_class::binary && kind() == engine::postgresql && !x.null)
      place.text = hex_of_bytes(x.text);
    else if (x.type == storage_class::text && x.text.find('\0') != std::string_view::npos)
      throw unit_failure("a text with a NUL byte in it, which PostgreSQL would cut short");
    else
      place.text.assign(x.text);
  }
  if (what.out.empty()) {
    what.statement.execute(true);
    return static_cast<std::size_t>(std::max(what.statement.get_affected_rows(), 0LL));
  }
  std::size_t rows = 0;
  for (bool got = what.statement.execute(true); got; got = what.statement.fetch()) {
    ++rows;
    row current{what.out, kind() == engine::postgresql};
    take(current);
  }
  return rows;
}

std::size_t connection::run(std::string_view sql, parameters values) {
  return select(sql, 0, values, {});
}

std::size_t connection::select(std::string_view sql, int columns, parameters values,
                               const consumer& take) {
  try {
    return execute(prepare(sql, values, columns), values, take);
  } catch (const soci::soci_error& e) {
    throw_failure(*session_, kind(), e);
  }
}

std::size_t connection::for_rows(std::string_view sql, std::span<const column> columns,
                                 std::size_t count, const filler& fill,
                                 std::initializer_list<parameter> fixed, int returned,
                                 const consumer& take) {
  if (count == 0)
    return 0;
  auto known = expanded_.find(sql);
  if (known == expanded_.end())
    known = expanded_.emplace(sql, expand_rows(kind(), sql, columns)).first;
  parameter_list values;
  values.reserve(columns.size() + fixed.size());
  if (kind() == engine::sqlite) {
    std::size_t changed = 0;
    for (std::size_t i = 0; i < count; ++i) {
      values.clear();
      fill(i, values);
      values.insert(values.end(), fixed);
      changed += select(known->second, returned, values, take);
    }
    return changed;
  }
  std::vector<std::string> arrays(columns.size(), "{");
  for (std::size_t i = 0; i < count; ++i) {
    values.clear();
    fill(i, values);
    for (std::size_t c = 0; c < columns.size(); ++c)
      append_element(arrays[c], values[c]);
  }
  values.clear();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    arrays[c] += '}';
    values.emplace_back(columns[c].name, arrays[c]);
  }
  values.insert(values.end(), fixed);
  return select(known->second, returned, values, take);
}

void connection::command(std::string_view sql) {
  try {
    *session_ << std::string(sql);
  } catch (const soci::soci_error& e) {
    throw_failure(*session_, kind(), e);
  }
}

void connection::reconnect() {
  statements_.clear();
  session_ = std::make_unique<soci::session>();
  open_session(*session_, url_, read_only_);
}

}  // namespace carillon::storage

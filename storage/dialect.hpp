#pragma once

#include "storage/parameter.hpp"
#include "storage/url.hpp"

#include <span>
#include <string>
#include <string_view>

namespace soci {
class session;
class soci_error;
}  // namespace soci

namespace carillon::storage {

/// A row parameter of a statement that is run for many rows.
struct column {
  std::string_view name{};
  storage_class type{storage_class::text};
};

/// Rows that are told by their ids alone.
inline constexpr column id_column[] = {{"id", storage_class::binary}};

// What differs between the engines. All else is shared.

/// Opens the session and sets it up: WAL, full synchronisation and a busy timeout on SQLite; a
/// refusal of `synchronous_commit=off` on PostgreSQL. A reader's session refuses writes.
void open_session(soci::session& session, const store_url& url, bool read_only);

/// Rethrows an error of the session as `unit_failure` or `store_failure`. The text is the server's
/// alone: no statement, no values.
[[noreturn]] void throw_failure(soci::session& session, engine kind, const soci::soci_error& e);

/// A statement over rows, where `{name}` is a row's value and `{from rows}`, `{using rows}` or
/// `{, rows}` their source: on SQLite it is run for each row; on PostgreSQL once, over `unnest`.
std::string expand_rows(engine kind, std::string_view text, std::span<const column> columns);

/// SQLite's text with each named binary parameter cast to a blob; others are as they were.
std::string cast_binary(std::string text, parameters values);

/// `begin immediate`, or `begin`.
std::string_view begin_text(engine kind);

/// ` for update skip locked` where rows are locked singly.
std::string_view skip_locked(engine kind);

/// The database's own clock in epoch milliseconds, as an expression.
std::string_view database_now(engine kind);

/// Bytes as PostgreSQL's `\x…`, and back.
std::string hex_of_bytes(std::string_view bytes);
std::string bytes_of_hex(std::string_view hex);

/// Appends an element to PostgreSQL's array text `{…`, which the caller closes.
void append_element(std::string& array, const parameter& x);

}  // namespace carillon::storage

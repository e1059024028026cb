#include "storage/dialect.hpp"

#include "storage/repository.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <boost/algorithm/hex.hpp>

#include <cctype>
#include <iterator>

namespace carillon::storage {

namespace {

void open_sqlite(soci::session& session, const std::string& file, bool read_only) {
  session.open(soci::sqlite3, "dbname=\"" + file + "\" timeout=10");
  std::string mode;
  session << "pragma journal_mode = wal", soci::into(mode);
  session << "pragma synchronous = full";
  session << "pragma temp_store = memory";
  // The writer keeps the inner pages of its indexes at hand (64 MiB), and each page that many
  // commits touch is copied back from the log once for all of them (16 MiB).
  session << (read_only ? "pragma cache_size = -8192" : "pragma cache_size = -65536");
  session << "pragma wal_autocheckpoint = 4000";
  if (read_only)
    session << "pragma query_only = on";
}

/// SOCI takes the text apart at its first `=` to look for options of its own, and puts one there
/// where none is: so that every URL gets a parameter.
std::string with_parameter(const std::string& url) {
  if (url.find("application_name=") != std::string::npos)
    return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "application_name=carillon";
}

void open_postgresql(soci::session& session, const std::string& url, bool read_only) {
  session.open(soci::postgresql, with_parameter(url));
  std::string synchronous;
  session << "show synchronous_commit", soci::into(synchronous);
  if (synchronous == "off")
    throw store_failure(
      "PostgreSQL runs with synchronous_commit=off, which loses what it has "
      "acknowledged: set it to on");
  session << "set client_min_messages = warning";
  if (read_only)
    session << "set default_transaction_read_only = on";
}

/// Constraint, too big, mismatch, range: the row's own fault.
bool is_unit_fault(int sqlite_result) {
  const int primary = sqlite_result & 0xff;
  return primary == 19 || primary == 18 || primary == 20 || primary == 25;
}

void append_unnest(std::string& out, std::span<const column> columns) {
  out += "unnest(";
  for (const auto& x : columns) {
    if (&x != columns.data())
      out += ", ";
    const auto type = x.type == storage_class::number ? "bigint[])"
                      : x.type == storage_class::text ? "text[])"
                                                      : "bytea[])";
    out.append("cast(:").append(x.name).append(" as ").append(type);
  }
  out += ") as given(";
  for (const auto& x : columns) {
    if (&x != columns.data())
      out += ", ";
    out += x.name;
  }
  out += ")";
}

}  // namespace

void open_session(soci::session& session, const store_url& url, bool read_only) {
  try {
    if (url.kind == engine::sqlite)
      open_sqlite(session, url.target, read_only);
    else
      open_postgresql(session, url.target, read_only);
  } catch (const soci::soci_error& e) {
    throw store_failure(e.get_error_message(), true);
  }
}

void throw_failure(soci::session& session, engine kind, const soci::soci_error& e) {
  const auto text = e.get_error_message();
  if (kind == engine::sqlite) {
    const auto* error = dynamic_cast<const soci::sqlite3_soci_error*>(&e);
    if (error && is_unit_fault(error->result()))
      throw unit_failure(text);
    throw store_failure(text);
  }
  if (!session.is_connected())
    throw store_failure(text, true);
  const auto* error = dynamic_cast<const soci::postgresql_soci_error*>(&e);
  const auto state = error ? error->sqlstate() : std::string{};
  if (state.starts_with("23") || state.starts_with("22"))
    throw unit_failure(text);
  throw store_failure(text, state.starts_with("08") || state.starts_with("57P"));
}

std::string expand_rows(engine kind, std::string_view text, std::span<const column> columns) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos)
      break;
    const auto close = text.find('}', open);
    const auto name = text.substr(open + 1, close - open - 1);
    text.remove_prefix(close + 1);
    if (name.ends_with(" rows")) {
      if (kind == engine::postgresql) {
        out.append(name.substr(0, name.size() - 4));
        append_unnest(out, columns);
      }
    } else {
      out.append(kind == engine::postgresql ? "given." : ":").append(name);
    }
  }
  return out;
}

std::string cast_binary(std::string text, parameters values) {
  for (const auto& x : values) {
    if (x.type != storage_class::binary)
      continue;
    const auto name = ":" + std::string(x.name);
    const auto cast = "cast(" + name + " as blob)";
    for (auto at = text.find(name); at != std::string::npos;) {
      const auto next = at + name.size();
      const bool whole =
        next == text.size()
        || !(std::isalnum(static_cast<unsigned char>(text[next])) || text[next] == '_');
      if (whole)
        text.replace(at, name.size(), cast);
      at = text.find(name, whole ? at + cast.size() : next);
    }
  }
  return text;
}

std::string_view begin_text(engine kind) {
  return kind == engine::sqlite ? "begin immediate" : "begin";
}

std::string_view skip_locked(engine kind) {
  return kind == engine::sqlite ? "" : " for update skip locked";
}

std::string_view database_now(engine kind) {
  return kind == engine::sqlite ? "cast((julianday('now') - 2440587.5) * 86400000 as integer)"
                                : "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";
}

std::string hex_of_bytes(std::string_view bytes) {
  std::string hex = "\\x";
  hex.reserve(2 + 2 * bytes.size());
  boost::algorithm::hex_lower(bytes.begin(), bytes.end(), std::back_inserter(hex));
  return hex;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  if (hex.starts_with("\\x"))
    boost::algorithm::unhex(hex.begin() + 2, hex.end(), std::back_inserter(bytes));
  return bytes;
}

void append_element(std::string& array, const parameter& x) {
  if (array.size() > 1)
    array += ',';
  if (x.null) {
    array += "NULL";
  } else if (x.type == storage_class::number) {
    array += std::to_string(x.number);
  } else if (x.type == storage_class::binary) {
    array += "\"\\";
    array += hex_of_bytes(x.text);
    array += '"';
  } else {
    array += '"';
    for (const char c : x.text) {
      if (c == '"' || c == '\\')
        array += '\\';
      array += c;
    }
    array += '"';
  }
}

}  // namespace carillon::storage

#include "storage/connection.hpp"
#include "storage/migrations.hpp"
#include "storage/repository.hpp"

#include <set>

namespace carillon::storage {

namespace {

/// Statements end with a semicolon at the end of a line; comments have lines of their own.
std::vector<std::string> statements_of(const std::string& sql) {
  std::vector<std::string> out;
  std::string current;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = std::min(sql.find('\n', at), sql.size());
    const auto line = sql.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(' ') == line.find("--"))
      continue;
    current += line + '\n';
    if (line.ends_with(';')) {
      current.erase(current.rfind(';'));
      out.push_back(std::move(current));
      current.clear();
    }
  }
  return out;
}

void lock_schema(connection& db) {
  db.command(begin_text(db.kind()));
  if (db.kind() == engine::postgresql)
    db.select("select cast(pg_advisory_xact_lock(hashtextextended('carillon schema', 0)) as text)",
              1, {}, [](row&) {});
  db.command(
    "create table if not exists schema_migrations (name text not null primary key, "
    "applied_at bigint not null)");
}

std::vector<std::string> apply_missing(connection& db) {
  std::set<std::string> known;
  db.select("select name from schema_migrations", 1, {}, [&](row& x) { known.insert(x.text()); });
  std::vector<std::string> applied;
  const std::string here = db.kind() == engine::sqlite ? "sqlite" : "postgresql";
  for (const auto& x : migrations()) {
    if (x.engine != here || known.contains(x.name))
      continue;
    for (const auto& statement : statements_of(x.sql))
      db.command(statement);
    db.run("insert into schema_migrations (name, applied_at) values (:name, "
             + std::string(database_now(db.kind())) + ")",
           {{"name", x.name}});
    applied.push_back(x.name);
  }
  return applied;
}

}  // namespace

std::vector<std::string> migrate(const std::string& url) {
  const auto where = parse_url(url);
  connection db{where};
  lock_schema(db);
  auto applied = apply_missing(db);
  db.command("commit");
  return applied;
}

}  // namespace carillon::storage

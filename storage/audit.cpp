#include "storage/audit.hpp"

#include <string>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

constexpr column audit_columns[] = {{"id", storage_class::binary},
                                    {"at", storage_class::number},
                                    {"subject"},
                                    {"action"},
                                    {"object"},
                                    {"detail"}};

std::string filters_of(const list_audit& asked, parameter_list& values) {
  std::string sql;
  const auto equal = [&](const char* name, const std::optional<std::string>& value) {
    if (!value)
      return;
    sql.append(" and ").append(name).append(" = :").append(name);
    values.emplace_back(name, *value);
  };
  equal("subject", asked.subject);
  equal("action", asked.action);
  equal("object", asked.object);
  if (asked.since) {
    sql += " and at >= :since";
    values.emplace_back("since", *asked.since);
  }
  if (asked.until) {
    sql += " and at < :until";
    values.emplace_back("until", *asked.until);
  }
  if (asked.before) {
    sql += " and id < :before";
    values.emplace_back("before", *asked.before);
  }
  return sql;
}

/// A line and when it was made.
using dated_line = std::pair<timestamp, const audit_entry*>;

void insert_lines(work& w, std::span<const dated_line> lines, uuid_source& ids) {
  std::vector<audit_id> fresh;
  for (const auto& [at, line] : lines)
    fresh.push_back({ids.next(at)});
  w.out.rows += w.db.for_rows(
    "insert into audit_log (id, at, subject, action, object, detail) "
    "select {id}, {at}, {subject}, {action}, {object}, {detail} {from rows}",
    audit_columns, lines.size(), [&](std::size_t i, parameter_list& out) {
      const auto& [at, line] = lines[i];
      out.insert(out.end(), {{"id", fresh[i]},
                             {"at", at},
                             {"subject", line->subject},
                             {"action", line->action},
                             {"object", line->object},
                             {"detail", line->detail}});
    });
}

}  // namespace

void insert_audit(work& w, std::span<const unit_ptr> units, const idempotency_ledger& ledger,
                  uuid_source& ids) {
  std::vector<dated_line> lines;
  for (const auto& x : units)
    if (!x->audit.empty() && ledger.applies(*x))
      for (const auto& line : x->audit)
        lines.emplace_back(x->now, &line);
  insert_lines(w, lines, ids);
}

void insert_audit(work& w, std::span<const audit_entry> lines, timestamp now, uuid_source& ids) {
  std::vector<dated_line> dated;
  for (const auto& line : lines)
    dated.emplace_back(now, &line);
  insert_lines(w, dated, ids);
}

audit_page read_audit(connection& db, const list_audit& asked) {
  parameter_list values;
  const auto filters = filters_of(asked, values);
  values.emplace_back("page", asked.limit + 1);
  audit_page page;
  db.select("select id, at, subject, action, object, detail from audit_log where true" + filters
              + " order by id desc limit :page",
            6, values, [&](row& x) {
              auto& line = page.items.emplace_back();
              line.id = x.id<audit_id>();
              line.at = x.time();
              line.subject = x.text();
              line.action = x.text();
              line.object = x.text();
              line.detail = x.text();
            });
  if (page.items.size() > static_cast<std::size_t>(asked.limit)) {
    page.items.pop_back();
    page.next = page.items.back().id;
  }
  return page;
}

}  // namespace carillon::storage

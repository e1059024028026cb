#include "storage/routes.hpp"

#include <cstddef>

namespace carillon::storage {

void replace_routes(work& w, timestamp now, const route_change& what) {
  static constexpr column columns[] = {
    {"position", storage_class::number}, {"document"}, {"updated_at", storage_class::number}};
  w.db.run("delete from routes");
  w.db.for_rows(
    "insert into routes (position, document, updated_at) "
    "select {position}, {document}, {updated_at} {from rows}",
    columns, what.routes.size(), [&](std::size_t i, parameter_list& out) {
      out.insert(out.end(), {{"position", i}, {"document", what.routes[i]}, {"updated_at", now}});
    });
  w.out.rows += what.routes.size();
}

std::vector<std::string> read_route_documents(connection& db) {
  std::vector<std::string> found;
  db.select("select document from routes order by position", 1, {},
            [&](row& x) { found.push_back(x.text()); });
  return found;
}

}  // namespace carillon::storage

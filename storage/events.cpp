#include "storage/events.hpp"

#include "storage/json_text.hpp"

#include <string>
#include <vector>

namespace carillon::storage {

namespace {

using enum storage_class;

constexpr column columns[] = {{"id", binary},
                              {"type"},
                              {"source"},
                              {"entity_id"},
                              {"sub_id"},
                              {"recipients"},
                              {"data"},
                              {"priority", number},
                              {"locale"},
                              {"trace_id"},
                              {"subject"},
                              {"occurred_at", number},
                              {"created_at", number},
                              {"routes"}};

constexpr std::string_view insert_event =
  "insert into notification_events (id, type, source, entity_id, sub_id, recipients, data, "
  "priority, locale, trace_id, subject, occurred_at, created_at, routes) select {id}, {type}, "
  "{source}, "
  "{entity_id}, {sub_id}, {recipients}, {data}, {priority}, {locale}, {trace_id}, {subject}, "
  "{occurred_at}, {created_at}, {routes} {from rows}";

}  // namespace

void insert_events(work& w, std::span<const event* const> events) {
  std::vector<std::string> recipients;
  std::vector<std::string> routes;
  for (const auto* x : events) {
    recipients.push_back(text_of(x->recipients));
    routes.push_back(text_of(x->routes));
  }
  w.db.for_rows(insert_event, columns, events.size(), [&](std::size_t i, parameter_list& out) {
    const auto& x = *events[i];
    const auto lane = static_cast<int>(x.priority.value_or(priority::normal));
    out.insert(out.end(), {{"id", x.id},
                           {"type", x.type},
                           {"source", x.source},
                           {"entity_id", x.entity_id},
                           {"sub_id", x.sub_id},
                           {"recipients", recipients[i]},
                           {"data", x.data},
                           null_if(!x.priority, {"priority", lane}),
                           {"locale", x.locale},
                           {"trace_id", x.trace_id},
                           {"subject", x.subject},
                           {"occurred_at", x.occurred_at},
                           {"created_at", x.created_at},
                           {"routes", routes[i]}});
  });
  w.out.rows += events.size();
}

}  // namespace carillon::storage

#include "bin/config/webhook_sources.hpp"

#include "bin/config/section.hpp"

#include <string>
#include <utility>

namespace carillon::configuration {

namespace {

carillon::sources::webhook read_source(const std::string& name, const node& from,
                                       std::vector<fault>& faults) {
  section keys{from, "sources." + name, faults};
  carillon::sources::webhook to;
  to.name = name;
  if (!keys.find("type"))
    keys.wrong("type", "is missing");
  keys.word("type", "webhook");
  to.secret = keys.secret("secret").value_or("");
  to.event = keys.text("event").value_or(name);
  to.entity_field = keys.text("entity_field").value_or("");
  to.recipient_field = keys.text("recipient_field").value_or("");
  keys.finish();
  if (to.secret.empty())
    keys.wrong("secret", "is missing: what comes from outside has to be signed");
  if (to.event.empty() || to.event.size() > 128)
    keys.wrong("event", "must have 1 to 128 bytes");
  return to;
}

}  // namespace

carillon::sources::webhooks read_sources(const node& from, std::vector<fault>& faults) {
  carillon::sources::webhooks all;
  auto written = typed(from);
  auto* sections = std::get_if<table>(&written.value);
  if (!sections) {
    faults.push_back({from.place + ": sources", "must be written as [sources.NAME]"});
    return all;
  }
  for (auto& [name, source] : *sections) {
    if (name == "alertmanager")
      faults.push_back({source.place + ": sources.alertmanager", "this name is taken"});
    all[name] = read_source(name, source, faults);
  }
  return all;
}

}  // namespace carillon::configuration

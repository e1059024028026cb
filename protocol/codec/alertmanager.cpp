#include "protocol/codec/alertmanager.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/stable_hash.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace carillon::codec {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_alerts = 1000;

/// The text of that member; noted as a fault where it is missing or no text.
std::string text_of(const ordered_json& of, const char* name, const std::string& place,
                    std::vector<fault>& faults) {
  const auto found = of.find(name);
  if (found == of.end())
    faults.push_back({place + '/' + name, "is required"});
  else if (!found->is_string())
    faults.push_back({place + '/' + name, "must be text"});
  else
    return found->get<std::string>();
  return {};
}

std::string status_of(const ordered_json& of, const std::string& place,
                      std::vector<fault>& faults) {
  auto status = text_of(of, "status", place, faults);
  if (!status.empty() && status != "firing" && status != "resolved")
    faults.push_back({place + "/status", "must be one of firing, resolved"});
  return status;
}

/// What tells one firing from the next.
std::string mark_of(const ordered_json& alert) {
  return alert.value("fingerprint", "") + '\0' + alert.value("startsAt", "") + '\0';
}

/// An entity's name has a bound; a longer one is known by its hash.
std::string bounded(std::string name) {
  return name.size() <= max_id && !has_control(name) ? name : stable_hash(name);
}

event_draft draft_of(const std::string& status, std::string entity, const std::string& marks,
                     const ordered_json& data) {
  event_draft draft;
  draft.what.type = "alertmanager." + status;
  draft.what.source = "alertmanager";
  draft.what.entity_id = bounded(std::move(entity));
  draft.what.sub_id = stable_hash(status + '\0' + marks);
  draft.what.data = data.dump();
  return draft;
}

void check_size(const event_draft& draft, const std::string& place, std::vector<fault>& faults) {
  if (draft.what.data.size() > max_object)
    faults.push_back({place, "must have at most " + std::to_string(max_object) + " bytes"});
}

void read_alert(const ordered_json& call, std::size_t at, std::vector<event_draft>& into,
                std::vector<fault>& faults) {
  auto alert = call["alerts"][at];
  const auto place = "/alerts/" + std::to_string(at);
  const auto status = status_of(alert, place, faults);
  const auto fingerprint = text_of(alert, "fingerprint", place, faults);
  const auto marks = mark_of(alert);
  for (const auto* name : {"receiver", "commonLabels", "externalURL"})
    if (const auto found = call.find(name); found != call.end())
      alert[name] = *found;
  into.push_back(draft_of(status, fingerprint, marks, alert));
  check_size(into.back(), place, faults);
}

std::vector<event_draft> read_call(const ordered_json& call, bool per_alert,
                                   std::vector<fault>& faults) {
  std::vector<event_draft> drafts;
  const auto status = status_of(call, "", faults);
  auto group = text_of(call, "groupKey", "", faults);
  const auto alerts = call.find("alerts");
  if (alerts == call.end() || !alerts->is_array() || alerts->size() > most_alerts) {
    faults.push_back({"/alerts", "must be a list of at most " + std::to_string(most_alerts)});
    return drafts;
  }
  std::string marks;
  for (std::size_t i = 0; i < alerts->size(); ++i) {
    const auto& alert = (*alerts)[i];
    const auto is_text = [&](const char* name) {
      return !alert.contains(name) || alert[name].is_string();
    };
    if (!alert.is_object() || !is_text("fingerprint") || !is_text("startsAt"))
      faults.push_back({"/alerts/" + std::to_string(i), "is not an alert"});
    else if (per_alert)
      read_alert(call, i, drafts, faults);
    else
      marks += mark_of(alert);
  }
  if (!per_alert) {
    drafts.push_back(draft_of(status, std::move(group), marks, call));
    check_size(drafts.back(), "", faults);
  }
  return drafts;
}

}  // namespace

result<std::vector<event_draft>> decode_alertmanager(std::string_view body, bool per_alert) {
  // The record's reader knows the bounds and says what is no JSON; the document comes after.
  if (auto whole = read_json(body, {.depth = 0, .names = {}, .outer = {}}); !whole)
    return std::move(whole).error();
  const auto call = ordered_json::parse(body);
  std::vector<fault> faults;
  std::vector<event_draft> drafts;
  if (call.is_object())
    drafts = read_call(call, per_alert, faults);
  else
    faults.push_back({"", "must be an object"});
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return drafts;
}

}  // namespace carillon::codec

#include "adapters/channels/wecom_receivers.hpp"

#include "adapters/channels/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

namespace carillon::channels::wecom {

namespace {

/// So many have limits of their own.
constexpr std::size_t most_apart = 49;

constexpr char divider = '|';

std::vector<std::string> ids_in(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(divider), list.size());
    std::string id;
    std::ranges::transform(list.substr(0, end), std::back_inserter(id),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!id.empty() && std::ranges::find(out, id) == out.end())
      out.push_back(std::move(id));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

/// Where an answer names those of a kind that it refused.
std::vector<const char*> refusals_of(const receivers& whom) {
  if (whom.kind == "party:")
    return {"invalidparty"};
  if (whom.kind == "tag:")
    return {"invalidtag"};
  return {"invaliduser", "unlicenseduser"};
}

}  // namespace

receivers receivers_of(std::string_view address) {
  receivers out{.list = address};
  for (const auto& [kind, member] :
       {std::pair{std::string_view{"party:"}, "toparty"}, {std::string_view{"tag:"}, "totag"}})
    if (address.starts_with(kind))
      out = {kind, member, address.substr(kind.size())};
  out.ids = ids_in(out.list);
  return out;
}

std::vector<std::string> unreached(const receivers& whom, const nlohmann::json& answer) {
  std::vector<std::string> refused;
  for (const auto* name : refusals_of(whom))
    std::ranges::move(ids_in(text_in(answer, name)), std::back_inserter(refused));
  std::vector<std::string> out;
  std::ranges::copy_if(whom.ids, std::back_inserter(out), [&](const auto& id) {
    return std::ranges::find(refused, id) != refused.end();
  });
  return out;
}

std::vector<std::string> limited(const receivers& whom) {
  std::vector<std::string> out;
  const std::span<const std::string> all{whom.ids};
  const auto apart = std::min(all.size(), most_apart);
  for (const auto& id : all.first(apart))
    out.push_back(std::string{whom.kind} + id);
  if (const auto others = all.subspan(apart); !others.empty())
    out.push_back(std::string{whom.kind} + joined(others));
  return out;
}

std::string joined(std::span<const std::string> ids) {
  std::string out;
  for (const auto& id : ids) {
    if (!out.empty())
      out.push_back(divider);
    out.append(id);
  }
  return out;
}

}  // namespace carillon::channels::wecom

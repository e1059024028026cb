#include "adapters/http/router.hpp"

#include <algorithm>

namespace carillon::http {

namespace {

constexpr std::string_view placeholder = "{id}";

void allow(std::string& list, std::string_view method) {
  if (!list.empty())
    list += ", ";
  list += method;
}

}  // namespace

router::router(std::span<const route> table) {
  for (const auto& entry : table) {
    auto& what = resource_of(entry.pattern);
    what.by_verb[static_cast<std::size_t>(entry.method)] = &entry;
    allow(what.allow, to_string(entry.method));
    if (entry.method == verb::get) {
      what.by_verb[static_cast<std::size_t>(verb::head)] = &entry;
      allow(what.allow, to_string(verb::head));
    }
  }
}

router::match router::find(verb method, std::string_view path) const {
  if (const auto found = exact_.find(path); found != exact_.end())
    return match_of(found->second, method, {});
  for (const auto& entry : patterned_) {
    if (path.size() <= entry.before.size() + entry.after.size() || !path.starts_with(entry.before)
        || !path.ends_with(entry.after))
      continue;
    const auto id =
      path.substr(entry.before.size(), path.size() - entry.before.size() - entry.after.size());
    if (id.find('/') == id.npos)
      return match_of(entry.what, method, id);
  }
  return {};
}

router::resource& router::resource_of(std::string_view pattern) {
  const auto mark = pattern.find(placeholder);
  if (mark == pattern.npos)
    return exact_[pattern];
  const auto before = pattern.substr(0, mark);
  const auto after = pattern.substr(mark + placeholder.size());
  for (auto& entry : patterned_) {
    if (entry.before == before && entry.after == after)
      return entry.what;
  }
  return patterned_.emplace_back(patterned{before, after, {}}).what;
}

router::match router::match_of(const resource& what, verb method, std::string_view id) {
  return {what.by_verb[static_cast<std::size_t>(method)], what.allow, id};
}

}  // namespace carillon::http

#pragma once

#include "protocol/error.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace carillon::tests {

/// The places of the faults, sorted, with a space between; `malformed`; or `none`.
template <class T>
std::string faults_of(const result<T>& decoded) {
  if (decoded)
    return "none";
  if (decoded.error().code == errc::malformed)
    return "malformed";
  std::vector<std::string> paths;
  for (auto& x : decoded.error().faults)
    paths.push_back(x.path.empty() ? "root" : x.path);
  std::ranges::sort(paths);
  std::string out;
  for (auto& x : paths)
    out += (out.empty() ? "" : " ") + x;
  return out;
}

/// What is wrong with naming a channel: it is not among these.
inline auto unless_among(std::vector<std::string> channels) {
  return [channels = std::move(channels)](const std::string& name) -> std::string {
    return std::ranges::find(channels, name) == channels.end() ? "is not a configured channel" : "";
  };
}

}  // namespace carillon::tests

#include "adapters/channels/entities.hpp"

namespace carillon::channels {

namespace {

constexpr std::string_view named(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return "&quot;";
  }
}

}  // namespace

std::string with_entities(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    if (special.find(c) == std::string_view::npos)
      out.push_back(c);
    else
      out.append(named(c));
  return out;
}

}  // namespace carillon::channels

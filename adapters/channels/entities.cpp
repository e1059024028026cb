#include "adapters/channels/entities.hpp"

#include "protocol/rules/render/writer.hpp"

namespace carillon::channels {

std::string with_entities(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    if (special.find(c) == std::string_view::npos)
      out.push_back(c);
    else
      out.append(rules::render::entity_of(c));
  return out;
}

}  // namespace carillon::channels

#include "protocol/codec/stats.hpp"

#include "protocol/codec/text.hpp"

#include <array>

namespace carillon::codec {

namespace {

/// An object with a member for every value of the enumeration.
template <class Enum, std::size_t N>
void append_counts(std::string& out, const std::array<std::int64_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i) {
    out += i == 0 ? "{\"" : ",\"";
    out += to_string(static_cast<Enum>(i));
    out += "\":" + std::to_string(counts[i]);
  }
  out += '}';
}

void append_deliveries(std::string& out, const delivery_counts& deliveries) {
  out += '{';
  for (const auto& [channel, counts] : deliveries) {
    if (out.back() != '{')
      out += ',';
    append_json_string(out, channel);
    out += ':';
    append_counts<delivery_status>(out, counts);
  }
  out += '}';
}

}  // namespace

std::string stats_json(const inbox_stats& stats, const std::optional<live_counts>& live) {
  std::string out = R"({"total":)" + std::to_string(stats.own.total);
  out += R"(,"unread":)" + std::to_string(stats.own.unread);
  out += R"(,"by_type":)";
  append_counts<notification_type>(out, stats.own.by_type);
  out += R"(,"by_priority":)";
  append_counts<priority>(out, stats.own.by_priority);
  if (live) {
    out += R"(,"connections":)" + std::to_string(live->connections);
    out += R"(,"users_online":)" + std::to_string(live->users_online);
  }
  if (stats.deliveries) {
    out += R"(,"deliveries":)";
    append_deliveries(out, *stats.deliveries);
  }
  out += '}';
  return out;
}

}  // namespace carillon::codec

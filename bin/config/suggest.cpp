#include "bin/config/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace carillon::configuration {

namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view typed, std::span<const std::string> known) {
  auto best = std::max<std::size_t>(2, typed.size() / 3) + 1;
  std::string_view nearest;
  for (auto& word : known)
    if (auto d = distance(typed, word); d < best && d < word.size()) {
      best = d;
      nearest = word;
    }
  return nearest.empty() ? std::string{} : "; did you mean " + std::string{nearest} + '?';
}

}  // namespace carillon::configuration

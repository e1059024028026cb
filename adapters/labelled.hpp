#pragma once

#include <prometheus/family.h>

#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace prometheus {
class Histogram;
}

namespace carillon {

/// Hashes text by any of its types, for look-ups without a copy.
struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view x) const noexcept {
    return std::hash<std::string_view>{}(x);
  }
};

/// The metrics of one family by their label values. prometheus-cpp hashes a map of strings under a
/// lock at each look-up; here a known combination costs one hash under a shared lock. Safe from any
/// thread.
template <class Metric>
class labelled {
 public:
  /// The names of one or two labels, and the bucket bounds where the metric is a histogram.
  labelled(prometheus::Family<Metric>& family, std::vector<std::string> names,
           std::vector<double> bounds = {})
      : family_(family), names_(std::move(names)), bounds_(std::move(bounds)) {}

  /// The metric with these label values; it lives as long as the family.
  Metric& of(std::string_view first, std::string_view second = {}) {
    thread_local std::string key;
    key.assign(first).append(1, '\0').append(second);
    {
      std::shared_lock lock{mutex_};
      if (auto place = known_.find(key); place != known_.end())
        return *place->second;
    }
    std::unique_lock lock{mutex_};
    auto& place = known_[key];
    if (!place)
      place = &add(first, second);
    return *place;
  }

 private:
  Metric& add(std::string_view first, std::string_view second) {
    prometheus::Labels labels{{names_.front(), std::string{first}}};
    if (names_.size() > 1)
      labels.emplace(names_.back(), second);
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>)
      return family_.Add(labels, bounds_);
    else
      return family_.Add(labels);
  }

  prometheus::Family<Metric>& family_;
  std::vector<std::string> names_;
  std::vector<double> bounds_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Metric*, text_hash, std::equal_to<>> known_;
};

}  // namespace carillon

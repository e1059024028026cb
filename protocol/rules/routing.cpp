#include "protocol/rules/routing.hpp"

#include "protocol/codec/text.hpp"

namespace carillon::rules {

namespace {

/// A dotted text, segment by segment; a copy remembers a place.
class segments {
 public:
  explicit segments(std::string_view text) : rest_(text) {}

  bool done() const { return done_; }
  std::string_view front() const { return rest_.substr(0, rest_.find('.')); }

  void next() {
    const auto dot = rest_.find('.');
    done_ = dot == std::string_view::npos;
    rest_ = done_ ? std::string_view{} : rest_.substr(dot + 1);
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace

bool valid_pattern(std::string_view pattern) {
  if (pattern.size() > 128 || codec::has_control(pattern))
    return false;
  for (segments at{pattern}; !at.done(); at.next()) {
    const auto segment = at.front();
    const bool wild = segment == "*" || segment == "**";
    if (segment.empty() || (!wild && segment.find('*') != std::string_view::npos))
      return false;
  }
  return true;
}

bool matches(std::string_view pattern, std::string_view type) {
  segments p{pattern};
  segments t{type};
  // Where the last `**` stood and what it has taken so far: to be tried again with one more.
  bool wild = false;
  segments after_wild = p;
  segments taken = t;
  while (!t.done()) {
    if (!p.done() && p.front() == "**") {
      p.next();
      wild = true;
      after_wild = p;
      taken = t;
    } else if (!p.done() && (p.front() == "*" || p.front() == t.front())) {
      p.next();
      t.next();
    } else if (wild) {
      taken.next();
      p = after_wild;
      t = taken;
    } else {
      return false;
    }
  }
  while (!p.done() && p.front() == "**")
    p.next();
  return p.done();
}

}  // namespace carillon::rules

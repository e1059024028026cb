#include "protocol/codec/time.hpp"

#include <algorithm>

namespace carillon::codec {

namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr timestamp first{sys_days{year{0} / 1 / 1}};
constexpr timestamp last{sys_days{year{10000} / 1 / 1} - milliseconds{1}};

void put(char* to, int digits, unsigned value) {
  for (int i = digits - 1; i >= 0; --i, value /= 10)
    to[i] = static_cast<char>('0' + value % 10);
}

/// Takes texts apart from the front; once something does not fit, nothing does.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits || !std::all_of(rest_.begin(), rest_.begin() + digits, is_digit))
      return fail();
    int value = 0;
    for (; digits > 0; --digits, rest_.remove_prefix(1))
      value = value * 10 + (rest_.front() - '0');
    return value;
  }

  char one_of(std::string_view wanted) {
    if (rest_.empty() || wanted.find(rest_.front()) == std::string_view::npos)
      return static_cast<char>(fail());
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  /// A fraction of a second's first three digits; the others are passed over.
  int fraction() {
    int value = 0;
    int digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); ++digits, rest_.remove_prefix(1))
      if (digits < 3)
        value = value * 10 + (rest_.front() - '0');
    if (digits == 0)
      return fail();
    for (; digits < 3; ++digits)
      value *= 10;
    return value;
  }

  bool done() const { return good_ && rest_.empty(); }
  bool at_end() const { return rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  int fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

void append_rfc3339(std::string& out, timestamp at) {
  at = std::clamp(at, first, last);
  const auto date = floor<days>(at);
  const year_month_day civil{date};
  const auto millis = static_cast<unsigned>((at - date).count());
  char text[] = "0000-00-00T00:00:00.000Z";
  put(text, 4, static_cast<unsigned>(static_cast<int>(civil.year())));
  put(text + 5, 2, static_cast<unsigned>(civil.month()));
  put(text + 8, 2, static_cast<unsigned>(civil.day()));
  put(text + 11, 2, millis / 3'600'000);
  put(text + 14, 2, millis / 60'000 % 60);
  put(text + 17, 2, millis / 1000 % 60);
  put(text + 20, 3, millis % 1000);
  out.append(text, sizeof text - 1);
}

std::string rfc3339(timestamp at) {
  std::string out;
  append_rfc3339(out, at);
  return out;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) {
  scanner in{text};
  const int y = in.number(4);
  in.one_of("-");
  const int mo = in.number(2);
  in.one_of("-");
  const int d = in.number(2);
  in.one_of("Tt ");
  const int h = in.number(2);
  in.one_of(":");
  const int mi = in.number(2);
  in.one_of(":");
  const int s = in.number(2);
  int ms = 0;
  if (in.next_is('.')) {
    in.one_of(".");
    ms = in.fraction();
  }
  minutes offset{0};
  if (!in.at_end()) {
    const char zone = in.one_of("Zz+-");
    if (zone == '+' || zone == '-') {
      const int zone_hours = in.number(2);
      in.one_of(":");
      const int zone_minutes = in.number(2);
      if (zone_hours > 23 || zone_minutes > 59)
        return {};
      offset = hours{zone_hours} + minutes{zone_minutes};
      if (zone == '-')
        offset = -offset;
    }
  }
  const auto civil = year{y} / month{static_cast<unsigned>(mo)} / day{static_cast<unsigned>(d)};
  if (!in.done() || !civil.ok() || h > 23 || mi > 59 || s > 60)  // 60 is a leap second
    return {};
  const auto at =
    timestamp{sys_days{civil}} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms} - offset;
  return at < first || at > last ? std::nullopt : std::optional{at};
}

}  // namespace carillon::codec

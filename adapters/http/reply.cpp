#include "adapters/http/reply.hpp"

#include "protocol/codec/problem.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace carillon::http {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string http_date(timestamp at) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto second = std::chrono::floor<seconds>(at);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{second - day};
  char text[40];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

void add_header(reply& to, std::string_view name, std::string_view value) {
  to.headers.append(name).append(": ").append(value).append("\r\n");
}

reply problem(const error& why, std::string_view trace_id) {
  return problem(codec::status_of(why.code), why, trace_id);
}

reply problem(int status, const error& why, std::string_view trace_id) {
  reply out{status, codec::problem_json(why, status, trace_id), "application/problem+json", {}};
  if (status == 401)
    add_header(out, "WWW-Authenticate", "Bearer");
  if (status == 503 || status == 429)
    add_header(out, "Retry-After",
               std::to_string(std::max<std::int64_t>(1, why.retry_after.count())));
  return out;
}

}  // namespace carillon::http

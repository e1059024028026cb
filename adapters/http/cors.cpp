#include "adapters/http/cors.hpp"

#include <algorithm>

namespace carillon::http {

namespace {

constexpr std::string_view scheme_end = "://";

char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_alphanumeric(char c) {
  c = lower_case(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Without the port that the scheme implies.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : scheme == "http" ? ":80" : "";
  if (!port.empty() && authority.ends_with(port))
    authority.remove_suffix(port.size());
  return authority;
}

std::string in_lower_case(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower_case);
  return out;
}

/// As two spellings of one origin are compared.
std::string normal(std::string_view origin) {
  auto text = in_lower_case(origin);
  if (const auto end = text.find(scheme_end); end != text.npos) {
    const std::string_view all{text};
    const auto authority = all.substr(end + scheme_end.size());
    text.resize(text.size() - authority.size()
                + without_default_port(authority, all.substr(0, end)).size());
  }
  return text;
}

/// The page's own host is the one it asks; whether that is behind TLS, only a proxy knows.
bool is_same_origin(std::string_view normal_origin, std::string_view host) {
  const auto end = normal_origin.find(scheme_end);
  if (end == normal_origin.npos || host.empty())
    return false;
  const auto ours = in_lower_case(host);
  return normal_origin.substr(end + scheme_end.size())
         == without_default_port(ours, normal_origin.substr(0, end));
}

}  // namespace

bool is_origin(std::string_view text) {
  if (text == "*")
    return true;
  const auto end = text.find(scheme_end);
  if (end == text.npos || end == 0)
    return false;
  const auto scheme = text.substr(0, end);
  const auto authority = text.substr(end + scheme_end.size());
  const auto in_scheme = [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  };
  const auto in_authority = [](char c) {
    return is_alphanumeric(c) || std::string_view{".-_:[]"}.find(c) != std::string_view::npos;
  };
  return !authority.empty() && std::ranges::all_of(scheme, in_scheme)
         && std::ranges::all_of(authority, in_authority);
}

origins::origins(const std::vector<std::string>& allowed)
    : all_(allowed.empty() || std::ranges::find(allowed, "*") != allowed.end()) {
  for (const auto& each : allowed)
    allowed_.insert(normal(each));
}

bool origins::allows(std::string_view origin, std::string_view host) const {
  if (all_)
    return true;
  const auto wanted = normal(origin);
  return allowed_.contains(wanted) || is_same_origin(wanted, host);
}

std::string origins::lines_for(std::string_view origin) const {
  std::string out{"Access-Control-Allow-Origin: "};
  out.append(all_ ? std::string_view{"*"} : origin);
  out.append(
    "\r\nAccess-Control-Expose-Headers: Link, Retry-After, RateLimit, RateLimit-Policy, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Idempotency-Replayed\r\n");
  return out;
}

reply preflight(std::string_view methods) {
  reply out{204, {}, {}, {}};
  add_header(out, "Access-Control-Allow-Methods", methods);
  add_header(out, "Access-Control-Allow-Headers",
             "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, traceparent, "
             "tracestate");
  add_header(out, "Access-Control-Max-Age", "600");
  return out;
}

}  // namespace carillon::http

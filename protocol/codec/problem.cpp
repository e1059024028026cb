#include "protocol/codec/problem.hpp"

#include "protocol/codec/text.hpp"

namespace carillon::codec {

namespace {

/// What a kind of refusal is called, in `type` and for people.
struct naming {
  std::string_view urn;
  std::string_view title;
};

naming naming_of(errc code) {
  switch (code) {
    case errc::malformed:
      return {"malformed", "The request cannot be read"};
    case errc::unauthorized:
      return {"unauthorized", "A valid token is required"};
    case errc::forbidden:
      return {"forbidden", "The token does not permit this"};
    case errc::not_found:
      return {"not-found", "There is no such thing"};
    case errc::conflict:
      return {"conflict", "The present state does not permit this"};
    case errc::too_large:
      return {"too-large", "The body is too large"};
    case errc::invalid:
      return {"invalid", "The request breaks a rule"};
    case errc::busy:
      return {"busy", "Too much is in work"};
    case errc::unavailable:
      return {"unavailable", "The service is not available"};
    case errc::internal:
      break;
  }
  return {"internal", "Something went wrong here"};
}

/// Statuses that are finer than any `errc`.
naming naming_of(errc code, int status) {
  switch (status) {
    case 405:
      return {"method-not-allowed", "The method is not allowed here"};
    case 408:
      return {"request-timeout", "The request took too long"};
    case 415:
      return {"unsupported-media-type", "The body is of a type that is not understood"};
    case 426:
      return {"upgrade-required", "The connection has to be upgraded"};
    case 429:
      return {"too-many-requests", "Too many requests"};
    case 431:
      return {"header-too-large", "The header is too large"};
    default:
      return naming_of(code);
  }
}

void append_faults(std::string& out, const std::vector<fault>& faults) {
  out += R"(,"errors":[)";
  for (std::size_t i = 0; i < faults.size(); ++i) {
    out += i == 0 ? R"({"path":)" : R"(,{"path":)";
    append_json_string(out, faults[i].path);
    out += R"(,"message":)";
    append_json_string(out, faults[i].message);
    out += '}';
  }
  out += ']';
}

}  // namespace

int status_of(errc code) {
  switch (code) {
    case errc::malformed:
      return 400;
    case errc::unauthorized:
      return 401;
    case errc::forbidden:
      return 403;
    case errc::not_found:
      return 404;
    case errc::conflict:
      return 409;
    case errc::too_large:
      return 413;
    case errc::invalid:
      return 422;
    case errc::busy:
    case errc::unavailable:
      return 503;
    case errc::internal:
      break;
  }
  return 500;
}

std::string problem_json(const error& why, int status, std::string_view trace_id) {
  const auto [urn, title] = naming_of(why.code, status);
  std::string out{R"({"type":"urn:carillon:problem:)"};
  out += urn;
  out += R"(","title":)";
  append_json_string(out, title);
  out += R"(,"status":)";
  out += std::to_string(status);
  out += R"(,"detail":)";
  append_json_string(out, why.detail.empty() || !is_utf8(why.detail) ? title : why.detail);
  if (!why.faults.empty())
    append_faults(out, why.faults);
  if (!trace_id.empty()) {
    out += R"(,"trace_id":)";
    append_json_string(out, trace_id);
  }
  out += '}';
  return out;
}

}  // namespace carillon::codec

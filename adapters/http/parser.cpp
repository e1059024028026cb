#include "adapters/http/parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace carillon::http {

namespace {

namespace beast = boost::beast;
using beast::error_code;
using boost::asio::const_buffer;

std::string_view view(beast::string_view x) {
  return {x.data(), x.size()};
}

verb verb_of(beast::http::verb x) {
  switch (x) {
    case beast::http::verb::get:
      return verb::get;
    case beast::http::verb::head:
      return verb::head;
    case beast::http::verb::post:
      return verb::post;
    case beast::http::verb::put:
      return verb::put;
    case beast::http::verb::delete_:
      return verb::delete_;
    case beast::http::verb::patch:
      return verb::patch;
    case beast::http::verb::options:
      return verb::options;
    default:
      return verb::other;
  }
}

/// Those that Beast has no name for.
constexpr std::pair<std::string_view, field> lesser_fields[] = {
  {"ce-id", field::ce_id},
  {"ce-locale", field::ce_locale},
  {"ce-priority", field::ce_priority},
  {"ce-recipient", field::ce_recipient},
  {"ce-source", field::ce_source},
  {"ce-specversion", field::ce_specversion},
  {"ce-subid", field::ce_subid},
  {"ce-subject", field::ce_subject},
  {"ce-time", field::ce_time},
  {"ce-traceparent", field::ce_traceparent},
  {"ce-type", field::ce_type},
  {"idempotency-key", field::idempotency_key},
  {"last-event-id", field::last_event_id},
  {"traceparent", field::traceparent},
  {"webhook-id", field::webhook_id},
  {"webhook-signature", field::webhook_signature},
  {"webhook-timestamp", field::webhook_timestamp},
  {"x-hub-signature-256", field::x_hub_signature_256},
};

field lesser_field_of(beast::string_view name) {
  for (const auto& [known, x] : lesser_fields)
    if (beast::iequals(name, beast::string_view{known.data(), known.size()}))
      return x;
  return field::none;
}

field field_of(beast::http::field x, beast::string_view name) {
  switch (x) {
    case beast::http::field::access_control_request_method:
      return field::access_control_request_method;
    case beast::http::field::authorization:
      return field::authorization;
    case beast::http::field::connection:
      return field::connection;
    case beast::http::field::content_type:
      return field::content_type;
    case beast::http::field::expect:
      return field::expect;
    case beast::http::field::host:
      return field::host;
    case beast::http::field::origin:
      return field::origin;
    case beast::http::field::sec_websocket_key:
      return field::sec_websocket_key;
    case beast::http::field::sec_websocket_protocol:
      return field::sec_websocket_protocol;
    case beast::http::field::sec_websocket_version:
      return field::sec_websocket_version;
    case beast::http::field::transfer_encoding:
      return field::transfer_encoding;
    case beast::http::field::upgrade:
      return field::upgrade;
    case beast::http::field::unknown:
      return lesser_field_of(name);
    default:
      return field::none;
  }
}

}  // namespace

/// Beast's parser with our own places for what it finds.
class parser::reader final : public beast::http::basic_parser<true> {
 public:
  request_head* head = nullptr;
  body_sink* sink = nullptr;
  bool refused = false;

  /// Both bounds are kept by the connection, which knows the route.
  reader() {
    body_limit(boost::none);
    header_limit(64 << 10);
  }

  std::size_t feed(std::string_view text, error_code& ec) {
    return put(const_buffer{text.data(), text.size()}, ec);
  }

 private:
  void on_request_impl(beast::http::verb method, beast::string_view method_text,
                       beast::string_view target, int version, error_code&) override {
    head->method = verb_of(method);
    head->method_text = view(method_text);
    head->target = view(target);
    head->http_11 = version >= 11;
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  void on_field_impl(beast::http::field x, beast::string_view name, beast::string_view value,
                     error_code&) override {
    const auto known = field_of(x, name);
    if (head == nullptr || known == field::none)  // without a head these are trailers
      return;
    auto& place = head->fields[static_cast<std::size_t>(known)];
    if (place.data() != nullptr)
      head->repeated |= 1U << static_cast<unsigned>(known);
    else
      place = value.empty() ? std::string_view{"", 0} : view(value);
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

  std::size_t on_body_impl(beast::string_view piece, error_code& ec) override {
    if (!sink->take(view(piece))) {
      refused = true;
      ec = beast::http::error::body_limit;
    }
    return piece.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, error_code& ec) override {
    return on_body_impl(piece, ec);
  }

  void on_finish_impl(error_code&) override {}
};

namespace {

/// Path and query of a target, which may also be a whole URL; both stay empty for other forms.
void split_target(request_head& head) {
  auto target = head.target;
  if (const auto scheme = target.find("://"); scheme != target.npos && target.front() != '/') {
    const auto path = target.find('/', scheme + 3);
    target = path == target.npos ? std::string_view{"/"} : target.substr(path);
  }
  if (target.empty() || target.front() != '/')
    return;
  const auto mark = target.find('?');
  head.path = target.substr(0, mark);
  head.query = mark == target.npos ? std::string_view{} : target.substr(mark + 1);
}

std::optional<parse_fault> fault_of(const request_head& head) {
  if (head.path.empty())
    return parse_fault{400, "the request target is not a path"};
  if (head.is_repeated(field::host) || (head.http_11 && head[field::host].data() == nullptr))
    return parse_fault{400, "a request has exactly one Host"};
  if (head.is_repeated(field::authorization) || head.is_repeated(field::idempotency_key)
      || head.is_repeated(field::content_type))
    return parse_fault{400, "a header field that has one value came twice"};
  const auto coding = head[field::transfer_encoding];
  if (coding.data() != nullptr && !head.http_11)
    return parse_fault{400, "HTTP/1.0 has no Transfer-Encoding"};
  if (coding.data() != nullptr && (!head.chunked || !beast::iequals(coding, "chunked")))
    return parse_fault{501, "no transfer coding but chunked is understood"};
  return std::nullopt;
}

}  // namespace

parser::parser() = default;
parser::~parser() = default;

std::optional<parse_fault> parser::read_head(std::string_view text, request_head& into) {
  into = {};
  reader_ = std::make_unique<reader>();
  reader_->head = &into;
  error_code ec;
  const auto used = reader_->feed(text, ec);
  reader_->head = nullptr;
  if (ec || used != text.size() || !reader_->is_header_done())
    return parse_fault{400, "the request's header cannot be read"};
  into.keep_alive = reader_->keep_alive();
  into.chunked = reader_->chunked();
  if (const auto length = reader_->content_length())
    into.content_length = *length;
  split_target(into);
  return fault_of(into);
}

parser::progress parser::read_body(std::string_view text, body_sink& into) {
  progress done;
  reader_->sink = &into;
  error_code ec;
  while (!reader_->is_done() && done.consumed < text.size()) {
    done.consumed += reader_->feed(text.substr(done.consumed), ec);
    if (ec)
      break;
  }
  reader_->sink = nullptr;
  done.complete = reader_->is_done();
  done.refused = reader_->refused;
  if (ec && ec != beast::http::error::need_more && !done.refused)
    done.fault = parse_fault{400, "the request's body cannot be read"};
  return done;
}

bool parser::complete() const noexcept {
  return reader_->is_done();
}

}  // namespace carillon::http

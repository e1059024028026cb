#include "tests/bench/dialect.hpp"

#include "tests/bench/token.hpp"

#include <stdexcept>

namespace carillon::bench {

dialect live_stream(const target& to, std::string_view form, std::string_view user) {
  const auto token = user_token(to.secret, user);
  dialect out;
  out.target = "/api/v1/ws?token=" + token;
  if (form == "plain")
    return out;
  if (form == "envelope") {
    out.headers = "Sec-WebSocket-Protocol: carillon.v1\r\n";
    out.begins = R"({"event":"hello")";
    out.news = R"({"event":"notification",)";
  } else if (form == "sse") {
    out.target = "/api/v1/stream?token=" + token;
    out.framed = false;
    out.begins = "event: hello\n";
    out.news = "event: notification\n";
  } else if (form == "socketio") {
    out.target = "/socket.io/?EIO=4&transport=websocket";
    out.first_word = R"(40{"token":")" + token + R"("})";
    out.begins = R"(42["hello")";
    out.news = R"(42["notification")";
  } else {
    throw std::runtime_error("no form is called " + std::string{form});
  }
  return out;
}

}  // namespace carillon::bench

#include "bin/commands/node.hpp"
#include "bin/commands/wire.hpp"

#include <CLI/App.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

namespace websocket = boost::beast::websocket;

class tail {
 public:
  explicit tail(CLI::App& of) : whom_(of) {
    of.add_option("--user", user_, "Whose pushes to follow")->required();
    of.add_option("--since", since_, "First what came after this seq")
      ->check(CLI::NonNegativeNumber);
  }

  int run() {
    if (!whom_.find_as(user_))
      return wrong_usage;
    auto target = "/api/v1/ws?token=" + url_encoded(whom_.token());
    if (!since_.empty())
      target += "&since=" + since_;
    auto line = wire::connect(whom_.url(), whom_.ca_file());
    if (!line) {
      print_error(line.error());
      return failed;
    }
    return follow(std::move(*line), target);
  }

 private:
  static int follow(wire line, const std::string& target) {
    auto host = line.host();
    websocket::stream<wire, false> socket{std::move(line)};
    websocket::response_type answer;
    boost::system::error_code ec;
    socket.handshake(answer, host, target, ec);
    if (ec) {
      std::cerr << "the node did not open the stream: "
                << (ec == websocket::error::upgrade_declined ? std::to_string(answer.result_int())
                                                             : ec.message())
                << '\n';
      return failed;
    }
    boost::beast::flat_buffer frame;
    for (;;) {
      socket.read(frame, ec);
      if (ec)
        break;
      std::cout.write(static_cast<const char*>(frame.data().data()),
                      static_cast<std::streamsize>(frame.size()))
        << std::endl;
      frame.clear();
    }
    auto& reason = socket.reason();
    std::cerr << "closed: "
              << (ec == websocket::error::closed
                    ? std::to_string(reason.code) + ' ' + reason.reason.c_str()
                    : ec.message())
              << '\n';
    return failed;
  }

  node whom_;
  std::string user_;
  std::string since_;
};

}  // namespace

void add_tail(CLI::App& to, action& run) {
  auto* command = to.add_subcommand(
    "tail", "Follows a user's live pushes, one JSON line each, until it is ended");
  auto options = std::make_shared<tail>(*command);
  command->callback([&run, options] { run = [options] { return options->run(); }; });
}

}  // namespace carillon::commands

#include "bin/demo.hpp"

#include "adapters/channels/signature.hpp"
#include "bin/mint.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace carillon {

namespace {

constexpr const char* demo_directory = "var";
constexpr const char* secret_file = "var/secret";
constexpr const char* master_key_file = "var/master_key";
constexpr std::string_view user = "user-123";

constexpr std::string_view demo_config = R"(
[server]
listen = "127.0.0.1:8000"

[auth]
jwt_secret_file = "var/secret"
master_key_file = "var/master_key"

[storage]
url = "sqlite://var/carillon.db"

[channels.log]
type = "log"

[[routes]]
event = "inventory.*"
channels = ["system", "log"]
priority = "high"

[[routes]]
event = "order.*"
channels = ["system", "log"]
)";

std::string random_key() {
  std::string bytes(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))
      != 1)
    throw std::runtime_error{"the system gives no random bytes"};
  return channels::base64(bytes);
}

/// Makes a key of its own in one step, readable for its owner alone; one that is there stays.
void keep_key(const char* name) {
  int file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    if (std::filesystem::exists(name))
      return;
    throw std::runtime_error{std::string{name} + " cannot be written"};
  }
  auto key = random_key() + '\n';
  auto written = write(file, key.data(), key.size());
  close(file);
  if (written != static_cast<ssize_t>(key.size()))
    throw std::runtime_error{std::string{name} + " cannot be written"};
}

std::string token_for(const config& how, http::jwt_claims who) {
  auto token = mint_token(how, std::move(who), std::chrono::hours{24});
  if (!token)
    throw std::runtime_error{token.error().detail};
  return *token;
}

/// This program as it can be called from here.
std::string program() {
  std::error_code ec;
  auto file = std::filesystem::read_symlink("/proc/self/exe", ec);
  return ec ? "carillon" : std::filesystem::proximate(file, ec).string();
}

}  // namespace

std::string prepare_demo() {
  std::filesystem::create_directories(demo_directory);
  keep_key(secret_file);
  keep_key(master_key_file);
  return std::string{demo_config};
}

void print_demo(std::ostream& to, const config& how, std::uint16_t port) {
  auto host =
    how.server.listen.substr(0, how.server.listen.rfind(':')) + ':' + std::to_string(port);
  const std::string tls = how.server.tls_certificate.empty() ? "" : "s";
  auto url = "http" + tls + "://" + host;
  auto admin = token_for(how, {.subject = "demo", .scopes = {"admin"}});
  auto reader = token_for(how, {.subject = std::string{user}});
  to << "\nCarillon is listening on " << url << "\n\n# Health and metrics\n"
     << url << "/readyz\n"
     << url << "/metrics\n\n# What " << user << " is told, live\n"
     << "ws" << tls << "://" << host << "/api/v1/ws?token=" << reader
     << "\n\n# The same in a second "
     << "terminal\n"
     << program() << " tail --url " << url << " --token " << reader << " --user " << user
     << "\n\n# Tell " << user << " something, in the inbox and in this log\n";
  to << "curl -sS " << url << "/api/v1/notifications -H 'Authorization: Bearer " << admin
     << "' -H 'Content-Type: application/json' -d '"
     << R"({"title":"库存预警","message":"鸡肉库存不足,当前库存: 5kg,请及时补货","type":"warning",)"
     << R"("priority":"high","user_id":"user-123","channels":["system","log"]}')" << '\n';
  to << "\n# Say that something happened; a route decides who is told\n";
  to << program() << " send --url " << url << " --token " << admin << " --event order.paid --user "
     << user << R"( --data '{"title":"订单已支付","message":"订单 A1001 已支付 128.00 元"}')"
     << '\n';
  to << "\n# For the other commands\nexport CARILLON_TOKEN=" << admin << '\n' << std::endl;
}

}  // namespace carillon

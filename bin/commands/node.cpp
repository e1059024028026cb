#include "bin/commands/node.hpp"

#include "bin/mint.hpp"

#include <CLI/App.hpp>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace carillon::commands {

namespace {

using easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// The address to reach what listens there: any address means this machine's own.
std::string url_of(const config& how) {
  auto host = how.server.listen;
  for (std::string_view any : {"0.0.0.0:", "[::]:", "*:"})
    if (host.starts_with(any))
      host = (any.front() == '[' ? "[::1]:" : "127.0.0.1:") + host.substr(any.size());
  return (how.server.tls_certificate.empty() ? "http://" : "https://") + host;
}

std::size_t append(char* data, std::size_t, std::size_t size, void* to) {
  static_cast<std::string*>(to)->append(data, size);
  return size;
}

void print_problem(const node_reply& reply) {
  auto problem = nlohmann::json::parse(reply.body, nullptr, false);
  std::cerr << "refused with " << reply.status;
  if (problem.is_object())
    std::cerr << ": " << problem.value("detail", problem.value("title", ""));
  std::cerr << '\n';
  if (!problem.is_object() || !problem.contains("errors"))
    return;
  for (auto& fault : problem["errors"])
    std::cerr << "  " << fault.value("path", "") << ": " << fault.value("message", "") << '\n';
}

}  // namespace

node::node(CLI::App& of) : given_(of) {
  of.add_option("--url", url_, "The node, such as http://127.0.0.1:8000 (else server.listen)");
  of.add_option("--token", token_, "Who asks (else $CARILLON_TOKEN, else one is minted)");
}

std::optional<config> node::locate() {
  auto all = environment();
  if (auto found = all.find("CARILLON_TOKEN"); token_.empty() && found != all.end())
    token_ = found->second;
  auto how = given_.read();
  if (!how)
    return how;
  ca_file_ = how->outbound.ca_file;
  if (url_.empty())
    url_ = url_of(*how);
  while (url_.ends_with('/'))
    url_.pop_back();
  return how;
}

bool node::mint(const config& how, http::jwt_claims who) {
  if (!has_secret(how)) {
    std::cerr << "or give a token that another node minted: --token or CARILLON_TOKEN\n";
    return false;
  }
  auto minted = mint_token(how, std::move(who), std::chrono::hours{1});
  if (!minted) {
    print_error(minted.error());
    return false;
  }
  token_ = std::move(*minted);
  return true;
}

bool node::find(const std::string& subject, bool as_admin) {
  const auto how = locate();
  if (!how || !token_.empty())
    return how.has_value();
  http::jwt_claims who{.subject = subject};
  if (as_admin)
    who.scopes = {"admin"};
  return mint(*how, std::move(who));
}

bool node::find_as(const std::string& user) {
  const auto how = locate();
  if (!how)
    return false;
  const auto whose = http::claimed_subject(token_);
  if (!token_.empty() && whose == user)
    return true;
  if (token_.empty() || !how->auth.jwt_secret.empty())
    return mint(*how, {.subject = user});
  std::cerr << "the token is " << (whose.empty() ? "no user's" : "that of " + whose)
            << ", and only " << user << " may see what " << user
            << " is told: give their token, or "
            << "the configuration (--config) with auth.jwt_secret, so that one is minted\n";
  return false;
}

result<node_reply> node::call(const std::string& method, const std::string& target,
                              const std::string& body) const {
  easy curl{curl_easy_init(), curl_easy_cleanup};
  headers list{nullptr, curl_slist_free_all};
  for (auto& line : {"Authorization: Bearer " + token_, std::string{"Content-Type: "
                                                                    "application/json"}})
    list.reset(curl_slist_append(list.release(), line.c_str()));
  node_reply reply;
  char reason[CURL_ERROR_SIZE] = "";
  auto url = url_ + target;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason);
  if (!ca_file_.empty())
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, ca_file_.c_str());
  if (method != "GET") {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  }
  if (auto code = curl_easy_perform(curl.get()); code != CURLE_OK)
    return error{errc::unavailable, url_ + ": " + (*reason ? reason : curl_easy_strerror(code))};
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

std::optional<std::string> ask(const node& whom, const std::string& method,
                               const std::string& target, const std::string& body) {
  auto reply = whom.call(method, target, body);
  if (!reply) {
    print_error(reply.error());
    return std::nullopt;
  }
  if (reply->status >= 200 && reply->status < 300)
    return std::move(reply->body);
  print_problem(*reply);
  return std::nullopt;
}

std::string url_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text)
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
      out += static_cast<char>(c);
    else
      out.append({'%', digits[c >> 4], digits[c & 15]});
  return out;
}

}  // namespace carillon::commands

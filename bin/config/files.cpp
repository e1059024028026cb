#include "bin/config/files.hpp"

#include "adapters/http/jwt.hpp"
#include "adapters/tls_stream.hpp"
#include "bin/config/section.hpp"

#include <openssl/x509_vfy.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace carillon::configuration {

namespace {

using authorities = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;

/// A section as it was written; where it was not, an empty one in the place of the whole.
node written(const node& whole, const std::string& name) {
  const auto& sections = std::get<table>(whole.value);
  const auto found = sections.find(name);
  return found != sections.end() ? found->second : node{table{}, whole.place, whole.origin};
}

void check_key(section& keys, const config& what) {
  const auto& file = what.auth.jwt_public_key_file;
  const auto key = file.empty() ? "jwt_secret" : "jwt_public_key_file";
  http::jwt_rules rules{.secret = what.auth.jwt_secret};
  if (!file.empty()) {
    auto pem = content_of(file);
    if (!pem || pem->empty())
      return keys.wrong(key, "the file " + file + (pem ? " is empty" : " cannot be read"));
    rules.public_key = std::move(*pem);
  } else if (rules.secret.empty()) {
    return keys.wrong(key,
                      "is not set, and there is no default secret; set it (for instance "
                      "CARILLON_AUTH__JWT_SECRET=\"$(openssl rand -base64 33)\"), or "
                      "auth.jwt_public_key_file");
  }
  try {
    const http::jwt_verifier usable{std::move(rules)};
  } catch (const std::invalid_argument& e) {
    keys.wrong(key, (file.empty() ? "" : file + ": ") + e.what());
  }
}

void check_certificate(section& keys, const config& what) {
  const auto& server = what.server;
  if (server.tls_certificate.empty() || server.tls_key.empty())
    return;
  bool readable = true;
  const auto check = [&](const char* key, const std::string& file) {
    if (content_of(file))
      return;
    keys.wrong(key, "the file " + file + " cannot be read");
    readable = false;
  };
  check("tls_certificate", server.tls_certificate);
  check("tls_key", server.tls_key);
  if (!readable)
    return;
  if (const auto loaded = tls_context::load(server.tls_certificate, server.tls_key); !loaded)
    keys.wrong("tls_certificate", loaded.error().detail);
}

void check_authorities(section& keys, const std::string& file) {
  if (file.empty())
    return;
  if (!content_of(file))
    return keys.wrong("ca_file", "the file " + file + " cannot be read");
  const authorities store{X509_STORE_new(), X509_STORE_free};
  if (X509_STORE_load_file(store.get(), file.c_str()) != 1)
    keys.wrong("ca_file", "the file " + file + " has no certificate in PEM form");
}

}  // namespace

std::optional<std::string> content_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof())
    text << in.rdbuf();
  return in.bad() || (in.fail() && !in.eof()) ? std::nullopt : std::optional{text.str()};
}

void check_files(const node& whole, const config& what, std::vector<fault>& faults) {
  const auto within = [&](const char* name, const auto& check) {
    const auto from = written(whole, name);
    section keys{from, name, faults};
    check(keys);
  };
  within("auth", [&](section& keys) { check_key(keys, what); });
  within("server", [&](section& keys) { check_certificate(keys, what); });
  within("outbound", [&](section& keys) { check_authorities(keys, what.outbound.ca_file); });
}

}  // namespace carillon::configuration

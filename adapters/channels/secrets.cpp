#include "adapters/channels/secrets.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/redaction.hpp"
#include "adapters/channels/registry.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/rules/addressing.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace carillon::channels {

namespace {

/// The pieces of a text between any of `marks`, none empty.
std::vector<std::string_view> pieces(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto one = text.substr(0, text.find_first_of(marks));
    if (!one.empty())
      out.push_back(one);
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return out;
}

std::string with_escaped_slashes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '/')
      out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

class secret_list {
 public:
  void add_value(std::string_view value, bool secret) {
    if (rules::is_url(value))
      add_url(value, secret);
    else if (secret)
      add_secret(value);
  }

  std::vector<std::string> taken() && {
    std::ranges::sort(all_, [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    all_.erase(std::ranges::unique(all_).begin(), all_.end());
    return std::move(all_);
  }

 private:
  void add(std::string_view text) {
    if (text.size() < shortest_secret)
      return;
    all_.emplace_back(text);
    all_.push_back(percent_encode(text));
    all_.push_back(with_escaped_slashes(text));
    if (auto plain = http::url_decoded(text); plain && plain->size() >= shortest_secret)
      all_.push_back(std::move(*plain));
  }

  void add_secret(std::string_view value) {
    add(value);
    if (value.starts_with('{'))
      return add_secret(text_in(object_in(value), "private_key"));
    constexpr std::string_view webhook_prefix = "whsec_";
    for (const auto line : pieces(value, "\r\n"))
      if (!line.starts_with("-----"))
        add(codec::trimmed(line));
    for (const auto word : pieces(value, " \r\n\t"))
      if (word.starts_with(webhook_prefix)) {
        add(word);
        add(word.substr(webhook_prefix.size()));
      }
  }

  void add_url(std::string_view url, bool secret) {
    if (secret)
      add(url);
    url.remove_prefix(url.find("://") + 3);
    const auto host = url.substr(0, url.find_first_of("/?#"));
    if (const auto at = host.rfind('@'); at != std::string_view::npos)
      add(host.substr(0, at).substr(host.substr(0, at).find(':') + 1));
    url.remove_prefix(host.size());
    const auto path = url.substr(0, url.find_first_of("?#"));
    const bool hides = add_query(url.substr(path.size()));
    if (secret && !hides)
      add_path(path);
  }

  /// True where there was anything to hide.
  bool add_query(std::string_view query) {
    bool hides = false;
    for (const auto one : pieces(query, "?&#")) {
      const auto middle = one.find('=');
      if (middle == std::string_view::npos || !names_a_secret(one.substr(0, middle)))
        continue;
      add(one.substr(middle + 1));
      hides = true;
    }
    return hides;
  }

  /// The last piece is what nobody can guess; those before are so only where they are numbered.
  void add_path(std::string_view path) {
    const auto all = pieces(path, "/");
    for (const auto one : all)
      if (one.data() == all.back().data()
          || std::ranges::any_of(one, [](char c) { return c >= '0' && c <= '9'; }))
        add(one);
  }

  std::vector<std::string> all_;
};

}  // namespace

std::vector<std::string> secrets_of(const channel_settings& settings) {
  secret_list out;
  if (const auto* type = find_channel_type(settings.type))
    for (const auto& key : type->keys)
      out.add_value(key_of(settings, key.name), key.secret);
  return std::move(out).taken();
}

}  // namespace carillon::channels

#include "adapters/channels/keys.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/rules/addressing.hpp"

#include <charconv>
#include <utility>

namespace carillon::channels {

namespace {

std::string without_slash(std::string text) {
  while (text.ends_with('/'))
    text.pop_back();
  return text;
}

}  // namespace

error wrong_key(std::string_view name, std::string_view message) {
  std::string path = "/";
  path.append(name);
  return {errc::invalid,
          std::string{name}.append(" ").append(message),
          {{std::move(path), std::string{message}}}};
}

std::string key_of(const channel_settings& settings, std::string_view name) {
  const auto found = settings.keys.find(std::string{name});
  return found == settings.keys.end() ? std::string{} : found->second;
}

std::vector<std::string> list_of(const channel_settings& settings, std::string_view name) {
  std::vector<std::string> out;
  const auto all = key_of(settings, name);
  for (std::size_t begin = 0; begin <= all.size();) {
    const auto end = std::min(all.find_first_of(",\n", begin), all.size());
    if (const auto one = codec::trimmed(std::string_view{all}.substr(begin, end - begin));
        !one.empty())
      out.emplace_back(one);
    begin = end + 1;
  }
  return out;
}

result<std::int64_t> integer_of(const channel_settings& settings, std::string_view name,
                                std::int64_t fallback) {
  const auto written = key_of(settings, name);
  const auto text = codec::trimmed(written);
  if (text.empty())
    return fallback;
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size())
    return wrong_key(name, "must be a whole number");
  return out;
}

result<std::string> base_of(const channel_settings& settings, std::string_view fallback) {
  auto base = key_of(settings, "base_url");
  if (base.empty())
    return std::string{fallback};
  if (!rules::is_url(base))
    return wrong_key("base_url", "must be an http or https URL");
  return without_slash(std::move(base));
}

result<std::string> webhook_url_of(const channel_settings& settings) {
  auto url = key_of(settings, "webhook_url");
  if (!rules::is_url(url))
    return wrong_key("webhook_url", "must be an http or https URL");
  auto base = base_of(settings, {});
  if (!base || base->empty())
    return base ? result<std::string>{std::move(url)} : base;
  const auto path = url.find('/', url.find("://") + 3);
  return *base + (path == std::string::npos ? std::string{} : url.substr(path));
}

}  // namespace carillon::channels

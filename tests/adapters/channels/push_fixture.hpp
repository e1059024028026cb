#pragma once

#include "adapters/channels/registry.hpp"
#include "adapters/http/jwt_key.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include <string>
#include <variant>

namespace carillon::test {

// Keys made for these tests alone.
inline const std::string rsa_private_key = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCuBX6yarLOh/aR
apJlJw7aayQo0SjXpiBEMhIFp/5fFSxFI5KMpNGRbw0biRVl4URbtdyL5HyoMyu4
nq0VLFgUhWVsFxASOYhOlOe9cB0PJ3MT/El0z+obY67/Ny8QYxjVFWdov58CdVPt
qjCCfQGlMhYyKSH6aSZU88qvc+g6hh4F0yqceRyb03a6omDm15CPNDME9bIpuLkh
v2L+Vw7pgRPSJ0rU3hDQ3eeDrOCv7n5eDPKTloE6QMPMmovd9S2h/VjJMOB2wLoW
JQhzTRuW8N1knzUXgyjKmKpuyle0KiAzoGZ//hkKiYJl+6DYoZh3XV2nTxXPrvSm
y+fY+g8rAgMBAAECggEAKwUlvKK/AGrBTFKtzT7aH6nz/vkyIRmrCWDdbrOIoWXh
E1iHbqiCPHNZKLD7brvBQ/DSDG1YWdaInPPxMvZK8gvGNnH/IZpCdba/EWhpbqkg
fFTWrf+GTu4WQXaZdnIhHfBUJ6OTgi6SKIN1yZRwty+KKC1d/oNHHCJGvZgoVWsR
DvB6Af2MtUKPRXzr2QtSHLZq//ywoS9pCdvE/mS0YaoIutMSW7QECoUWIW+6Luwn
8GblaJf5n6w0xXteocXldZ+nkHM3a50pUBWSMlezhA/Oddrk+TvUoJCV+2GArEkS
HWj2878rw3nl1UaGfTEVXG9uIm/NqNXx9IriKfvtBQKBgQDaV8DqDUhUVn7RYmRo
TWgSCDN/F/lSMdDBwscA0+DKqyuzGtntpjOq+0dxXUXtXNgU6bGOARkM3CEMCHEn
m1zA3h3D/zJVXV+C32X7e6LdsXa1+x4F5CxC+g5tqKYLG0xbdOLWZxxyWzEvT8KY
e/iFCqN5fK931N2dZbbOB64tPwKBgQDMCN8IuBcueYhu5Mf0uok1OdiQnrBYs69E
zLAEZm568NS2Pb+KB3MTGYWrqutmiQTX6Rjx2WQZMYtGsv3dsEkZor6oJsoH39zg
IXDCl+2mrzwwoSRrXGC0Vd2SN+zSLqPiFHezbswnV6GOrXTZ4T7cVY6om1E4CZD6
js1ecYRnFQKBgGual75BMYYu4mz6WpV0oHdSh155SCwT1NfI0B4+TShUV0L7Vq9i
G1CGad0apJ2oBe24hgJ/1AKcccTmXC2yyXFbhbvUBtA/JhTvV+kqM0eib+ibi15H
5vBTH803Mi2DFIx1/FzBkClje8ffPP29Cus2JP54Tll2FIm/WOoMqvAtAoGAf9GO
54dr/lFkhxQLr+Sr0AxM/0xqbScjxZX1Lsx8qcf1ebV1KKNCE9UJSGHq1nE/94Kv
fdMSQjYnakL3hsnJAaZSikTCi+xSEpbgbQeAecuNiWlpx1g3vMGN7OvcEE/nmtn3
oxDmFD9xllBTw6q4FpACrt2eI9zaVhzfyyqSJ4ECgYEA1u5QeV7RtltfD9jX0XIr
f7Imz8xY4xgbPjvxKmcUtxWX2Y2G67PoXkHQN6ItrnZRPBaXjxPyPAr6Eggur9hX
1+JaquOGyQfD9UwXhnmFlq3ITp4FZ7kImb0tUax/eYRYvmAzVZAN2FjqhR4xvHXt
qezLJoU19znyq7u1ebIdebo=
-----END PRIVATE KEY-----
)";
inline const std::string rsa_public_key = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArgV+smqyzof2kWqSZScO
2mskKNEo16YgRDISBaf+XxUsRSOSjKTRkW8NG4kVZeFEW7Xci+R8qDMruJ6tFSxY
FIVlbBcQEjmITpTnvXAdDydzE/xJdM/qG2Ou/zcvEGMY1RVnaL+fAnVT7aowgn0B
pTIWMikh+mkmVPPKr3PoOoYeBdMqnHkcm9N2uqJg5teQjzQzBPWyKbi5Ib9i/lcO
6YET0idK1N4Q0N3ng6zgr+5+Xgzyk5aBOkDDzJqL3fUtof1YyTDgdsC6FiUIc00b
lvDdZJ81F4MoypiqbspXtCogM6Bmf/4ZComCZfug2KGYd11dp08Vz670psvn2PoP
KwIDAQAB
-----END PUBLIC KEY-----
)";
inline const std::string p256_private_key = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1+04yuRjPnIvavKB
CPKc1U7f+jHZnKl2pswH5MlGkpqhRANCAARTZTaGjkaSlyc49aiZrSIFqTQZdph/
lIAiVEIeM7K/Luo6KZqhvVlWPlA9FMB+V5HQoqCNDSqHSG3ukQ2XYa5Q
-----END PRIVATE KEY-----
)";
inline const std::string p256_public_key = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEU2U2ho5GkpcnOPWoma0iBak0GXaY
f5SAIlRCHjOyvy7qOimaob1ZVj5QPRTAfleR0KKgjQ0qh0ht7pENl2GuUA==
-----END PUBLIC KEY-----
)";

/// A JWT whose signature was checked with the public half of its key.
struct read_jwt {
  nlohmann::json header{};
  nlohmann::json claims{};
  bool genuine{false};
};

inline read_jwt read(const std::string& token, const std::string& public_key) {
  auto first = token.find('.');
  auto last = token.rfind('.');
  auto bytes = [&](std::size_t begin, std::size_t end) {
    return http::from_base64url(token.substr(begin, end - begin)).value_or("");
  };
  auto key = http::make_public_key(public_key);
  return {nlohmann::json::parse(bytes(0, first)), nlohmann::json::parse(bytes(first + 1, last)),
          key->matches(token.substr(0, last), bytes(last + 1, token.size()))};
}

/// The word that vectors use for an outcome's class.
inline std::string class_of(const outcome& x) {
  return x.error_class == error_class::none ? "ok" : std::string{to_string(x.error_class)};
}

/// What is wrong with the judgement of a `classify/*` vector; empty where nothing is.
inline std::string objection(const channel& aut, const nlohmann::json& one) {
  auto came = aut.judge(response_of<response>(one["input"]), from_millis(0));
  auto& wanted = one["expected"];
  auto name = one["case"].get<std::string>();
  if (class_of(came) != wanted["class"])
    return name + ": " + class_of(came);
  if (came.refresh_token != (wanted.value("action", "") == "refresh_token"))
    return name + ": refresh_token";
  if (wanted.contains("retry_after_s") && wanted["retry_after_s"].is_number()
      && came.wait != seconds{wanted["retry_after_s"].get<int>()})
    return name + ": waits " + std::to_string(came.wait.count());
  if (wanted.contains("provider_message_id")
      && came.provider_message_id != wanted["provider_message_id"])
    return name + ": id " + came.provider_message_id;
  return {};
}

inline std::string header_of(const http_request& x, std::string_view name) {
  for (auto& [key, value] : x.headers)
    if (key == name)
      return value;
  return {};
}

/// A channel of that type, `base_url` a stand-in's.
inline channel_settings push_settings(const std::string& type,
                                      std::map<std::string, std::string> keys) {
  auto how = find_channel_type(type)->defaults;
  how.name = how.type = type;
  how.keys = std::move(keys);
  return how;
}

inline delivery push_message(std::string recipient, std::string data = "{}") {
  delivery out;
  out.recipient = std::move(recipient);
  out.content = {.type = "order.paid", .title = "告警", .text = "x", .data = std::move(data)};
  out.expires_at = from_millis(1716193815000) + std::chrono::hours{1};
  return out;
}

/// The moment at which the tests compose: the one of the vectors.
inline stamp push_stamp(std::string token = {}) {
  return {.now = from_millis(1716193815000), .token = std::move(token)};
}

}  // namespace carillon::test

#define CAF_SUITE redaction

#include "adapters/channels/redaction.hpp"
#include "adapters/channels/secrets.hpp"
#include "adapters/channels/sinks.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/push_fixture.hpp"

#include <algorithm>

#include "tests/caf_test.hpp"

namespace redaction_suite {

using namespace carillon;
using channels::redact;
using nlohmann::json;

namespace {

const std::vector<std::string> no_secrets{};

channel_settings settings_of(std::string type, std::map<std::string, std::string> keys) {
  channel_settings out{.name = "it", .type = std::move(type)};
  out.keys = std::move(keys);
  return out;
}

/// The keys of every type that has a secret, and what an answer might repeat of each.
struct sample {
  std::map<std::string, std::string> keys{};
  std::vector<std::string> echoes{};
};

const std::map<std::string, sample>& samples() {
  const std::string line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCuBX6yarLOh/aR";
  const std::string ec_line = "CPKc1U7f+jHZnKl2pswH5MlGkpqhRANCAARTZTaGjkaSlyc49aiZrSIFqTQZdph/";
  const std::string account = json{
    {"type", "service_account"},
    {"project_id", "p"},
    {"client_email", "x@p.iam.gserviceaccount.com"},
    {"token_uri", "https://oauth2.googleapis.com/token"},
    {"private_key",
     test::rsa_private_key}}.dump();
  static const std::map<std::string, sample> all{
    {"webhook",
     {{{"url", "https://u:pass%2Fword@example.org/in?api_key=k3yk3yk3y"},
       {"secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
      {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "pass%2Fword", "pass/word", "k3yk3yk3y"}}},
    {"dingtalk",
     {{{"webhook_url", "https://oapi.dingtalk.com/robot/send?access_token=dingtoken"},
       {"secret", "SECsecret"}},
      {"dingtoken", "SECsecret"}}},
    {"telegram",
     {{{"bot_token", "123456:ABC-def"}, {"chat_ids", "1"}},
      {"123456:ABC-def", "123456%3AABC-def"}}},
    {"feishu_bot",
     {{{"webhook_url", "https://open.feishu.cn/open-apis/bot/v2/hook/hook-id"},
       {"secret", "signing"}},
      {"hook-id", "signing"}}},
    {"feishu", {{{"app_id", "cli_1"}, {"app_secret", "AppSecret"}}, {"AppSecret"}}},
    {"wecom",
     {{{"corp_id", "ww1"}, {"corp_secret", "CorpSecret"}, {"agent_id", "1"}}, {"CorpSecret"}}},
    {"wecom_bot",
     {{{"webhook_url", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=robot-key"}},
      {"robot-key"}}},
    {"wechat", {{{"app_id", "wx1"}, {"app_secret", "AppSecret"}}, {"AppSecret"}}},
    {"wechat_mini", {{{"app_id", "wx1"}, {"app_secret", "AppSecret"}}, {"AppSecret"}}},
    {"email",
     {{{"host", "smtp.example.org"},
       {"from", "a@example.org"},
       {"username", "mailer"},
       {"password", "p@ss wörd"}},
      {"p@ss wörd", "p%40ss%20w%C3%B6rd"}}},
    {"fcm", {{{"service_account", account}}, {line}}},
    {"apns",
     {{{"key", test::p256_private_key}, {"key_id", "K"}, {"team_id", "T"}, {"topic", "a.b"}},
      {ec_line}}},
    {"web_push",
     {{{"vapid_private_key", test::p256_private_key}, {"subject", "mailto:a@example.org"}},
      {ec_line}}},
    {"jpush", {{{"app_key", "appkey"}, {"master_secret", "MasterSecret"}}, {"MasterSecret"}}},
    {"aliyun_sms",
     {{{"access_key_id", "LTAI"}, {"access_key_secret", "KeySecret"}, {"sign_name", "s"}},
      {"KeySecret"}}},
    {"tencent_sms",
     {{{"secret_id", "AKID"}, {"secret_key", "SecretKey"}, {"sdk_app_id", "1400006666"}},
      {"SecretKey"}}},
    {"twilio",
     {{{"account_sid", "AC00000000000000000000000000000000"},
       {"auth_token", "0123456789abcdef0123456789abcdef"},
       {"from", "+15005550006"}},
      {"0123456789abcdef0123456789abcdef"}}},
    {"slack",
     {{{"webhook_url", "https://hooks.slack.com/services/T0123456/B0123456/hidden-part"}},
      {"hidden-part", "T0123456"}}},
    {"discord",
     {{{"webhook_url", "https://discord.com/api/webhooks/1234567/hidden-part"}}, {"hidden-part"}}},
    {"teams",
     {{{"webhook_url", "https://x.logic.azure.com/workflows/1/invoke?sv=1.0&sig=a%2Bb%2Fc"}},
      {"a%2Bb%2Fc"}}},
    {"ntfy", {{{"url", "https://ntfy.sh"}, {"topic", "t"}, {"token", "tk_hidden"}}, {"tk_hidden"}}},
    {"gotify", {{{"url", "https://gotify.example.org"}, {"token", "AbCdEf"}}, {"AbCdEf"}}},
  };
  return all;
}

/// Everything that an outcome says.
std::string said_by(const outcome& x) {
  return x.excerpt + "\n" + x.provider_code + "\n" + x.provider_message_id;
}

std::string said_by(const std::variant<grant, outcome>& x) {
  const auto* refusal = std::get_if<outcome>(&x);
  return refusal ? said_by(*refusal) : std::string{};
}

}  // namespace

CAF_TEST(a secret gives way to three stars wherever it stands) {
  const std::vector<std::string> secrets{"hunter22", "hunter"};
  CAF_CHECK_EQUAL(redact("hunter22 is hunter, is hunter22", secrets), "*** is ***, is ***");
  CAF_CHECK_EQUAL(redact("", secrets), "");
  CAF_CHECK_EQUAL(redact("a 好 b", secrets), "a 好 b");
}

CAF_TEST(what a cut leaves of a secret goes as well) {
  const std::vector<std::string> secrets{"correct-horse"};
  CAF_CHECK_EQUAL(redact("bad: correct-ho…", secrets), "bad: ***…");
  CAF_CHECK_EQUAL(redact("bad: corre…", secrets), "bad: corre…");
  CAF_CHECK_EQUAL(redact("bad: correct-ho", secrets), "bad: correct-ho");
}

CAF_TEST(what looks like a secret goes though nobody named it) {
  const auto is = [](std::string text, std::string_view wanted) {
    CAF_CHECK_EQUAL(redact(std::move(text), no_secrets), wanted);
  };
  is("GET /send?access_token=abcdefgh&x=1", "GET /send?access_token=***&x=1");
  is("POST https://x/y?key=abc-def HTTP", "POST https://x/y?key=*** HTTP");
  is(R"({"access_token": "abcdefgh","n":1})", R"({"access_token": "***","n":1})");
  is(R"({"echo":"{\"app_secret\":\"abcdefgh\"}"})", R"({"echo":"{\"app_secret\":\"***\"}"})");
  is("Authorization: Bearer abc.123-x\nHost: y", "Authorization: Bearer ***\nHost: y");
  is("authorization=Basic dXNlcjpwYXNz!", "authorization=Basic ***");
  is(R"({"Authorization":"tk_123456"})", R"({"Authorization":"***"})");
  is("refused bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "refused bearer ***");
  is("Unauthorized: bad /bot123456:ABC/sendMessage", "Unauthorized: bad /bot***/sendMessage");
  is("X-Signature: 0123456789abcdef", "X-Signature: ***");
}

CAF_TEST(sentences of providers stay what they are) {
  for (const std::string text :
       {"invalid credential, access_token is invalid or not latest",
        "Invalid access token: expired", "Bearer authentication is required", "Basic realm missing",
        R"({"error":"invalid_auth"})", R"({"errcode":40014,"errmsg":"invalid access_token"})",
        "signature: wrong", "a key=1 b sig=", "https://example.org/robots/send?page=2",
        "token=", "/bots/of/12:30"})
    CAF_CHECK_EQUAL(redact(text, no_secrets), text);
}

CAF_TEST(secrets are the longest first and none is short) {
  const auto all = channels::secrets_of(
    settings_of("telegram", {{"bot_token", "123456:ABC"}, {"chat_ids", "-1001234567890"}}));
  CAF_CHECK_EQUAL(all, (std::vector<std::string>{"123456%3AABC", "123456:ABC"}));
  CAF_CHECK(channels::secrets_of(settings_of("gotify", {{"token", "short"}})).empty());
  CAF_CHECK(channels::secrets_of(settings_of("pigeon", {{"token", "0123456789"}})).empty());
  CAF_CHECK(
    channels::secrets_of(settings_of("webhook", {{"url", "https://h/in/0123456"}})).empty());
}

CAF_TEST(no channel repeats what an answer tells of its secrets) {
  for (const auto& type : channel_types()) {
    if (std::ranges::none_of(type.keys, &channel_key::secret))
      continue;
    const std::string name{type.name};
    CAF_MESSAGE(name);
    CAF_REQUIRE(samples().contains(name));
    const auto& [keys, echoes] = samples().at(name);
    const auto aut = test::provider(name, keys);
    for (const auto& echo : echoes) {
      CAF_MESSAGE(echo);
      const std::vector<transport_result> answers{
        transport_error{transport_failure::connect, "at " + echo},
        response{.status = 500, .body = "<p>" + echo + "</p>"},
        response{.status = 401,
                 .body = json{{"ok", false},
                              {"error", echo},
                              {"code", echo},
                              {"Code", echo},
                              {"errcode", 40001},
                              {"errmsg", "bad " + echo},
                              {"description", echo}}
                           .dump()},
        response{.status = 200, .body = json{{"ok", true}, {"id", echo}}.dump()},
        response{.status = 550, .headers = {{"command", "auth"}}, .body = "5.7.8 bad " + echo}};
      for (const auto& came : answers)
        for (const auto& said : {said_by(aut->judge(came, {})), said_by(aut->judge_probe(came, {})),
                                 said_by(aut->token(came, {}))})
          CAF_CHECK_EQUAL(said.find(echo), std::string::npos);
    }
  }
}

CAF_TEST(an id that holds the letters of a secret by chance stays whole) {
  const auto aut = test::provider("twilio", samples().at("twilio").keys);
  const std::string token = "0123456789abcdef0123456789abcdef";
  const auto id_of = [&](const std::string& sid) {
    const auto body = json{{"sid", sid}, {"status", "queued"}}.dump();
    return test::judged(*aut, 201, body).provider_message_id;
  };
  CAF_CHECK_EQUAL(id_of("SM" + token), "SM" + token);
  CAF_CHECK_EQUAL(id_of(token), "***");
}

CAF_TEST(what a provider says can be stored whatever it is) {
  const auto aut = test::provider("slack", {{"bot_token", "xoxb-1"}});
  const auto code_of = [&](const std::string& said) {
    return test::judged(*aut, 200, json{{"ok", false}, {"error", said}}.dump()).provider_code;
  };
  CAF_CHECK_EQUAL(code_of(std::string{"no\0pe", 5}), "no pe");
  CAF_CHECK(code_of(std::string(100'000, 'x')).size() <= 200);
  const auto sms = test::provider("twilio", samples().at("twilio").keys);
  const auto body = json{{"sid", std::string{"SM\0x", 4}}, {"status", "queued"}}.dump();
  CAF_CHECK_EQUAL(test::judged(*sms, 201, body).provider_message_id, "SM x");
  const auto mini = test::provider("wechat", samples().at("wechat").keys);
  const auto granted = [&](const std::string& token) {
    const auto said = json{{"access_token", token}, {"expires_in", 7200}}.dump();
    return std::holds_alternative<grant>(mini->token(response{.status = 200, .body = said}, {}));
  };
  CAF_CHECK(granted("T"));
  CAF_CHECK(!granted("T\r\nX-Other: 1"));
}

CAF_TEST(a sink keeps its secrets as well) {
  const auto aut = *channels::make_webhook_sink(settings_of(
    "webhook",
    {{"url", "https://example.org/in"}, {"secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}));
  const auto came = test::judged(*aut, 500, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw?");
  CAF_CHECK_EQUAL(came.excerpt, "***?");
}

}  // namespace redaction_suite

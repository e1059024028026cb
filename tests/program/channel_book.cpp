#define CAF_SUITE channel_book

#include "bin/channel_book.hpp"

#include "bin/config/document.hpp"
#include "bin/config/masked_url.hpp"
#include "tests/program/fixture.hpp"

#include "tests/caf_test.hpp"

namespace channel_book_suite {

using namespace carillon;

namespace {

constexpr auto secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto other_secret = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

struct fixture : tests::config_fixture {
  channel_book::rules with{.secrets = vault{vault::key{7}},
                           .guard = std::make_shared<address_guard>(std::vector<address_range>{})};

  channel_book book_of(const std::string& file, const std::vector<channel_record>& stored = {}) {
    auto read = this->read(file);
    CAF_REQUIRE(read.has_value());
    auto book = channel_book::open(read->channels, stored, with);
    CAF_REQUIRE(book.has_value());
    return *book;
  }

  static std::string hook_file() {
    return "[channels.hook]\ntype = \"webhook\"\nurl = "
           "\"http://127.0.0.1:1/in\"\nsecret = \""
           + std::string{secret} + "\"\nrate = \"5/s\"\n";
  }

  static std::vector<std::string> places(const result<booked_channel>& refused) {
    std::vector<std::string> out;
    if (!refused)
      for (auto& fault : refused.error().faults)
        out.push_back(fault.path);
    return out;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(channel_book_tests, fixture)

CAF_TEST(what the API does not say is as the file has it) {
  const auto book = book_of(hook_file());
  const auto x = book.propose("hook", R"({"rate":"2/min","failover":["system"]})");
  CAF_REQUIRE(x.has_value());
  CAF_CHECK(x->origin == settings_origin::override_);
  CAF_CHECK(x->settings.rate->per == std::chrono::minutes{1});
  CAF_CHECK_EQUAL(x->settings.keys.at("secret"), secret);
  CAF_CHECK(!x->guarded);
}

CAF_TEST(a secret is kept encrypted and opens with its key at its place alone) {
  auto book = book_of(hook_file());
  auto x = book.propose("hook", std::string{R"({"secret":")"} + other_secret + "\"}");
  CAF_REQUIRE(x.has_value());
  CAF_CHECK_EQUAL(x->settings.keys.at("secret"), other_secret);
  const auto kept = stored_text(*x);
  CAF_CHECK(kept.find("whsec") == std::string::npos);
  const auto again = book_of(hook_file(), {{.name = "hook", .settings = kept}});
  CAF_CHECK_EQUAL(again.find("hook")->settings.keys.at("secret"), other_secret);

  auto file = this->read(hook_file())->channels;
  file["copy"] = file["hook"];
  file["copy"].name = "copy";
  CAF_CHECK(!channel_book::open(file, {{.name = "copy", .settings = kept}}, with));
  with.secrets = vault{vault::key{8}};
  CAF_CHECK(!channel_book::open(file, {{.name = "hook", .settings = kept}}, with));
  with.secrets.reset();
  const auto refused = channel_book::open(file, {{.name = "hook", .settings = kept}}, with);
  CAF_REQUIRE(!refused.has_value());
  CAF_CHECK(refused.error().faults.at(0).message.find("auth.master_key") != std::string::npos);
}

CAF_TEST(the mask keeps a secret of the file and one of the API) {
  auto book = book_of(hook_file());
  const auto of_file = book.propose("hook", R"({"secret":"********"})");
  CAF_REQUIRE(of_file.has_value());
  CAF_CHECK_EQUAL(of_file->settings.keys.at("secret"), secret);
  CAF_CHECK_EQUAL(stored_text(*of_file), "{}");
  auto own = book.propose("hook", std::string{R"({"secret":")"} + other_secret + "\"}");
  book.put(*own);
  const auto kept = book.propose("hook", R"({"secret":"********","concurrency":9})");
  CAF_REQUIRE(kept.has_value());
  CAF_CHECK_EQUAL(kept->settings.keys.at("secret"), other_secret);
  CAF_CHECK_EQUAL(places(book.propose("new", R"({"type":"webhook","secret":"********"})")),
                  std::vector<std::string>{"/secret"});
}

CAF_TEST(the secrets of a URL are masked and kept by their mask) {
  using configuration::is_masked_url;
  using configuration::masked_url;
  for (const std::string plain : {"http://h/in", "http://h:8/p?flag#a=b", "text", "", "a@b:c?d=e"})
    CAF_CHECK(masked_url(plain) == plain && !is_masked_url(plain));
  const std::string url = "http://usr:p@w@127.0.0.1:1/in?token=t&v=&w=2#x=y";
  const std::string shown = "http://usr:********@127.0.0.1:1/in?token=********&v=&w=********#x=y";
  CAF_CHECK_EQUAL(masked_url(url), shown);
  CAF_CHECK_EQUAL(masked_url("https://key@h"), "https://********@h");
  CAF_CHECK(is_masked_url(shown) && !is_masked_url(url));

  auto book = book_of("[channels.hook]\ntype = \"webhook\"\nurl = \"" + url + "\"\n");
  const auto put = [&](const std::string& to) {
    return book.propose("hook", R"({"concurrency":9,"url":")" + to + "\"}");
  };
  const auto of_file = put(shown);
  CAF_REQUIRE(of_file.has_value());
  CAF_CHECK(of_file->settings.keys.at("url") == url && !of_file->guarded);
  CAF_CHECK_EQUAL(stored_text(*of_file), R"({"concurrency":9})");
  auto own = put("https://example.org/?k=v");
  CAF_REQUIRE(own.has_value());
  book.put(*own);
  CAF_CHECK_EQUAL(places(put(shown)), std::vector<std::string>{"/url"});
  const auto kept = put("https://example.org/?k=********");
  CAF_REQUIRE(kept.has_value());
  CAF_CHECK_EQUAL(kept->settings.keys.at("url"), "https://example.org/?k=v");
  CAF_CHECK_EQUAL(places(put("https://example.com/?k=********")), std::vector<std::string>{"/url"});
}

CAF_TEST(what is shown can be sent back) {
  const auto book = book_of(hook_file());
  auto shown = configuration::show_channel(book.find("hook")->settings);
  const auto text = configuration::write_document(shown);
  CAF_CHECK(text.find(secret) == std::string::npos);
  const auto x = book.propose("hook", text);
  CAF_REQUIRE(x.has_value());
  CAF_CHECK(configuration::write_document(configuration::show_channel(x->settings)) == text);
  CAF_CHECK(!x->guarded);
}

CAF_TEST(an address that the file does not have is guarded) {
  const auto book = book_of(hook_file());
  CAF_CHECK_EQUAL(places(book.propose("hook", R"({"url":"http://10.0.0.1/"})")),
                  std::vector<std::string>{"/url"});
  const auto x = book.propose("hook", R"({"url":"https://example.org/in"})");
  CAF_REQUIRE(x.has_value());
  CAF_CHECK(x->guarded);
  auto made = make_channel(*x);
  CAF_REQUIRE(made.has_value());
  auto wire = (*made)->compose(delivery{}, stamp{});
  CAF_REQUIRE(wire.has_value());
  CAF_CHECK(std::get<http_request>(*wire).guarded);
}

CAF_TEST(an override outlives a change of the file below it) {
  auto book = book_of(hook_file());
  book.put(*book.propose("hook", R"({"concurrency":9})"));
  book.put(*book.propose("late", R"({"type":"log"})"));
  auto changed = this->read(hook_file() + "timeout_seconds = 3\n");
  const auto next = book.over(changed->channels);
  CAF_REQUIRE(next.has_value());
  const auto& hook = next->find("hook")->settings;
  CAF_CHECK(hook.concurrency == 9 && hook.timeout == seconds{3});
  CAF_CHECK(next->find("late")->origin == settings_origin::api);
  CAF_CHECK(!next->without_override("late"));
  CAF_CHECK_EQUAL(next->without_override("hook")->settings.concurrency, 16);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace channel_book_suite

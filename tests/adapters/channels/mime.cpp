#define CAF_SUITE mime

#include "adapters/channels/mime.hpp"
#include "adapters/channels/signature.hpp"
#include "protocol/codec/text.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include <regex>
#include <sstream>

#include "tests/caf_test.hpp"

namespace mime_suite {

using namespace carillon;
namespace mime = channels::mime;
using channels::mail_address;
using channels::parse_mail_address;

namespace {

/// A header as a mail reader shows it: unfolded, its encoded words decoded one by one.
std::string shown(std::string header) {
  header = std::regex_replace(header, std::regex{"\r\n[ \t]"}, " ");
  std::string out;
  const std::regex word{R"(=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=( (?==\?UTF-8))?)"};
  std::sregex_iterator at{header.begin(), header.end(), word};
  std::size_t done = 0;
  for (; at != std::sregex_iterator{}; ++at) {
    out.append(header, done, static_cast<std::size_t>(at->position()) - done);
    auto piece = channels::from_base64((*at)[1].str());
    CAF_REQUIRE(piece.has_value());
    CAF_CHECK(codec::is_utf8(*piece));
    out.append(*piece);
    done = static_cast<std::size_t>(at->position() + at->length());
  }
  return out.append(header, done);
}

/// The text of a part as a mail reader shows it.
std::string body_of(const std::string& part) {
  auto body = part.substr(part.find("\r\n\r\n") + 4);
  if (part.find("Transfer-Encoding: base64\r\n") != std::string::npos)
    return *channels::from_base64(std::regex_replace(body, std::regex{"\r\n"}, ""));
  body = std::regex_replace(body, std::regex{"=\r\n"}, "");
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i)
    if (body[i] == '=') {
      out.push_back(static_cast<char>(std::stoi(body.substr(i + 1, 2), nullptr, 16)));
      i += 2;
    } else {
      out.push_back(body[i]);
    }
  return out;
}

void check_lines(const std::string& text, std::size_t longest) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    CAF_REQUIRE(!line.empty());
    CAF_CHECK_EQUAL(line.back(), '\r');
    CAF_CHECK_LESS_OR_EQUAL(line.size() - 1, longest);
    for (unsigned char c : line)
      CAF_CHECK(c < 127);
  }
}

mime::message sample() {
  return {.from = *parse_mail_address("通知中心 <noreply@example.com>"),
          .to = *parse_mail_address("user@example.org"),
          .subject = "告警：CPU 使用率超过 90% ✅",
          .date = from_millis(1716193815000),
          .id = "dlv-1@example.com",
          .text = "第一行\n.leading dot\n结束"};
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  while (times-- > 0)
    out.append(text);
  return out;
}

}  // namespace

CAF_TEST(subjects are encoded in words of whole characters) {
  auto all = test::vectors("email", "rfc2047_subject");
  CAF_CHECK_EQUAL(all.size(), 3u);
  for (auto& one : all) {
    auto subject = one["input"]["subject"].get<std::string>();
    auto header = mime::text_header("Subject", subject);
    CAF_CHECK_EQUAL(shown(header), "Subject: " + subject);
    check_lines(header + "\r\n", 76);
  }
  CAF_CHECK_EQUAL(mime::text_header("Subject", "Plain ASCII subject"),
                  "Subject: Plain ASCII subject");
}

CAF_TEST(a subject of two hundred emoji is folded and comes back whole) {
  auto subject = repeated("😀", 200);
  auto header = mime::text_header("Subject", subject);
  check_lines(header + "\r\n", 76);
  CAF_CHECK_EQUAL(shown(header), "Subject: " + subject);
}

CAF_TEST(text that looks encoded or is long is encoded itself) {
  for (auto& subject :
       {std::string{"=?UTF-8?B?aGk=?="}, std::string(200, 'x'), std::string{"a\tb"}}) {
    auto header = mime::text_header("Subject", subject);
    check_lines(header + "\r\n", 76);
    CAF_CHECK_EQUAL(shown(header), "Subject: " + subject);
  }
}

CAF_TEST(display names are plain where they may be and else quoted or encoded) {
  CAF_CHECK_EQUAL(mime::address_header("To", {"", "a@b.org"}), "To: a@b.org");
  CAF_CHECK_EQUAL(mime::address_header("To", {"Ann Lee", "a@b.org"}), "To: Ann Lee <a@b.org>");
  CAF_CHECK_EQUAL(mime::address_header("To", {R"(Lee, "Ann" \o/)", "a@b.org"}),
                  R"(To: "Lee, \"Ann\" \\o/" <a@b.org>)");
  auto header = mime::address_header("From", {repeated("通知中心😀", 8), "noreply@example.com"});
  check_lines(header + "\r\n", 76);
  CAF_CHECK_EQUAL(shown(header), "From: " + repeated("通知中心😀", 8) + " <noreply@example.com>");
}

CAF_TEST(addresses are read with and without a name) {
  CAF_CHECK_EQUAL(parse_mail_address("a@b.org")->address, "a@b.org");
  CAF_CHECK_EQUAL(parse_mail_address(" \"Lee, \\\"A\\\"\" <a+x@b.org> ")->name, "Lee, \"A\"");
  CAF_CHECK_EQUAL(parse_mail_address("通知 <a@b.org>")->domain(), "b.org");
  for (auto text : {"", "a", "@b", "a@", "a b@c.org", "a@b..org", ".a@b.org", "a@b.org, c@d.org",
                    "a@b.org>", "<a@b.org", "a@b@c", "a@bücher.de", "<a@b.org> x", "a\n@b.org"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!parse_mail_address(text).has_value());
  }
  for (auto& one : test::vectors("email", "header_injection_address"))
    CAF_CHECK(!parse_mail_address(one["input"]["address"].get<std::string>()).has_value());
  CAF_CHECK(!parse_mail_address(std::string(65, 'a') + "@b.org").has_value());
}

CAF_TEST(a message of text alone is one part) {
  auto text = *mime::write(sample());
  check_lines(text.substr(0, text.find("\r\n\r\n")) + "\r\n", 76);
  CAF_CHECK(text.starts_with("Date: Mon, 20 May 2024 08:30:15 +0000\r\n"));
  CAF_CHECK(text.find("\r\nMessage-ID: <dlv-1@example.com>\r\n") != std::string::npos);
  CAF_CHECK(text.find("\r\nMIME-Version: 1.0\r\n") != std::string::npos);
  CAF_CHECK(text.find("multipart") == std::string::npos);
  CAF_CHECK(text.find("Unsubscribe") == std::string::npos);
  CAF_CHECK_EQUAL(body_of(text), "第一行\r\n.leading dot\r\n结束\r\n");
}

CAF_TEST(a plain text becomes html that shows the same) {
  const std::string before = "<!DOCTYPE html>\n<html>\n<body>\n";
  const std::string behind = "</body>\n</html>\n";
  CAF_CHECK_EQUAL(
    mime::html_of("一 <b>&amp;\n\"二\"\r\n\r\n\n三\n"),
    before + "<p>一 &lt;b&gt;&amp;amp;<br>\n&quot;二&quot;</p>\n<p>三</p>\n" + behind);
  CAF_CHECK_EQUAL(mime::html_of("x"), before + "<p>x</p>\n" + behind);
  CAF_CHECK_EQUAL(mime::html_of("\n\n"), before + behind);
  CAF_CHECK_EQUAL(mime::html_of(""), before + behind);
}

CAF_TEST(with html a message has two parts and the html is the last) {
  for (auto& one : test::vectors("email", "mime_alternative_sample")) {
    auto& in = one["input"];
    auto what = sample();
    what.subject = in["subject"];
    what.text = in["text"];
    what.html = in["html"];
    what.unsubscribe = "<" + in["unsubscribe_url"].get<std::string>() + ">";
    auto text = *mime::write(what);
    std::smatch found;
    CAF_REQUIRE(std::regex_search(
      text, found,
      std::regex{"Content-Type: multipart/alternative;\r\n boundary=\"([^\"]+)\"\r\n\r\n"}));
    auto divider = "--" + found[1].str();
    auto first = text.find(divider + "\r\n");
    auto second = text.find(divider + "\r\n", first + 1);
    auto end = text.find(divider + "--\r\n");
    CAF_REQUIRE(end != std::string::npos);
    CAF_CHECK_EQUAL(end + divider.size() + 4, text.size());
    auto from = [&](std::size_t at, std::size_t to) {
      return text.substr(at + divider.size() + 2, to - at - divider.size() - 2);
    };
    CAF_CHECK(from(first, second).starts_with("Content-Type: text/plain; charset=utf-8\r\n"));
    CAF_CHECK(from(second, end).starts_with("Content-Type: text/html; charset=utf-8\r\n"));
    CAF_CHECK_EQUAL(body_of(from(first, second)), "第一行\r\n.leading dot\r\n结束\r\n");
    CAF_CHECK_EQUAL(body_of(from(second, end)), "<p>第一行</p>\r\n");
    CAF_CHECK(text.find("\r\nList-Unsubscribe: <https://example.com/u?t=abc>\r\n")
              != std::string::npos);
    CAF_CHECK(text.find("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
              != std::string::npos);
  }
}

CAF_TEST(a part keeps any text and no line is too long) {
  for (auto& text :
       {std::string(5000, 'x'), repeated("鸡肉库存不足", 900),
        std::string{"ends with space \n \tx\t\n=\r\rz"}, repeated("mostly words, one é. ", 300),
        std::string{"\x01\x7f"}, std::string{}}) {
    auto part = mime::part("plain", text);
    auto body = part.substr(part.find("\r\n\r\n") + 4);
    std::istringstream lines{body};
    for (std::string line; std::getline(lines, line);) {
      CAF_CHECK_LESS_OR_EQUAL(line.size(), 77u);
      CAF_CHECK(!line.ends_with(" \r") && !line.ends_with("\t\r"));
    }
    auto wanted = std::regex_replace(text, std::regex{"\r\n|\r|\n"}, "\r\n");
    if (!wanted.ends_with("\r\n"))
      wanted += "\r\n";
    CAF_CHECK_EQUAL(body_of(part), wanted);
  }
  CAF_CHECK(mime::part("plain", "plain words").find("quoted-printable") != std::string::npos);
  CAF_CHECK(mime::part("plain", "鸡肉库存不足").find("base64") != std::string::npos);
}

CAF_TEST(no value adds a header of its own) {
  for (auto& one : test::vectors("email", "header_injection")) {
    if (!one["input"].contains("value"))
      continue;
    auto what = sample();
    what.subject = one["input"]["value"];
    CAF_CHECK(!mime::write(what).has_value());
  }
  for (auto text : {"a\rb", "a\nb", "https://x\r\nBcc: evil@example.net"}) {
    auto what = sample();
    what.unsubscribe = text;
    CAF_CHECK(!mime::write(what).has_value());
    what = sample();
    what.from.name = text;
    CAF_CHECK(!mime::write(what).has_value());
  }
  auto what = sample();
  what.subject = std::string{"a\0b", 3};
  CAF_CHECK(!mime::write(what).has_value());
}

}  // namespace mime_suite

#include "protocol/codec/text.hpp"
#include "protocol/rules/when.hpp"
#include "protocol/rules/when_tree.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace carillon::rules {

namespace {

using nlohmann::json;
using op = when_node::op;

constexpr std::size_t max_text = 4096;
constexpr int max_nesting = 32;

constexpr std::array<std::string_view, 7> roots{"type",   "source",   "entity_id", "sub_id",
                                                "locale", "priority", "data"};
constexpr std::array<std::string_view, 8> keywords{"and",    "or",   "not",   "in",
                                                   "exists", "true", "false", "null"};

bool word_begins(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
         || static_cast<unsigned char>(c) >= 0x80;
}

bool word_goes_on(char c) {
  return word_begins(c) || (c >= '0' && c <= '9') || c == '-';
}

/// Reads from the front; the first mistake ends it, as an exception that stays in this file.
class parser {
 public:
  struct mistake {
    std::size_t at;
    std::string what;
  };

  explicit parser(std::string_view text) : text_(text) { advance(); }

  when_node whole() {
    auto node = alternatives(0);
    if (!token_.empty())
      fail("expected `and`, `or` or the end");
    return node;
  }

 private:
  [[noreturn]] void fail(std::string what) const { throw mistake{begin_ + 1, std::move(what)}; }

  /// Moves to the next token: a word with its dots, a number, a string, or a sign.
  void advance() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
    begin_ = at_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    const char c = text_[at_++];
    if (word_begins(c))
      take_while([](char x) { return word_goes_on(x) || x == '.'; });
    else if ((c >= '0' && c <= '9') || c == '-')
      take_while([](char x) { return word_goes_on(x) || x == '.' || x == '+'; });
    else if (c == '"')
      take_string();
    else if ((c == '=' || c == '!' || c == '<' || c == '>') && at_ < text_.size()
             && text_[at_] == '=')
      ++at_;
    token_ = text_.substr(begin_, at_ - begin_);
  }

  template <class Predicate>
  void take_while(Predicate goes_on) {
    while (at_ < text_.size() && goes_on(text_[at_]))
      ++at_;
  }

  void take_string() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return;
      }
    }
    fail("this string has no end");
  }

  bool accept(std::string_view token) {
    if (token_ != token)
      return false;
    advance();
    return true;
  }

  void require(std::string_view token) {
    if (!accept(token))
      fail("expected `" + std::string{token} + "`");
  }

  when_node alternatives(int depth) {
    return chain(op::any, "or",
                 [&] { return chain(op::all, "and", [&] { return negation(depth); }); });
  }

  template <class Part>
  when_node chain(op what, std::string_view word, Part part) {
    auto first = part();
    if (token_ != word)
      return first;
    when_node node{what, {}, {}};
    node.children.push_back(std::move(first));
    while (accept(word))
      node.children.push_back(part());
    return node;
  }

  when_node negation(int depth) {
    if (depth > max_nesting)
      fail("nested deeper than " + std::to_string(max_nesting));
    if (accept("not")) {
      when_node node{op::negate, {}, {}};
      node.children.push_back(negation(depth + 1));
      return node;
    }
    if (accept("(")) {
      auto node = alternatives(depth + 1);
      require(")");
      return node;
    }
    return comparison();
  }

  when_node comparison() {
    when_node node;
    if (accept("exists")) {
      node.what = op::exists;
      node.operands.push_back(path());
      return node;
    }
    const auto begin = begin_;
    node.operands.push_back(operand());
    if (const auto sign = comparison_sign()) {
      node.what = *sign;
      advance();
      node.operands.push_back(operand());
    } else if (accept("in")) {
      node.what = op::in;
      list(node.operands);
    } else if (node.operands[0].path.empty() && !node.operands[0].literal.is_boolean()) {
      begin_ = begin;
      fail("a value alone is no condition");
    }
    return node;
  }

  std::optional<op> comparison_sign() const {
    static constexpr std::array<std::pair<std::string_view, op>, 6> signs{
      {{"==", op::equal},
       {"!=", op::unequal},
       {"<", op::less},
       {"<=", op::less_equal},
       {">", op::greater},
       {">=", op::greater_equal}}};
    for (const auto& [sign, what] : signs)
      if (token_ == sign)
        return what;
    return {};
  }

  void list(std::vector<when_operand>& to) {
    require("[");
    if (accept("]"))
      return;
    do {
      if (is_path())
        fail("expected a string, a number, true, false or null");
      to.push_back(operand());
    } while (accept(","));
    require("]");
  }

  bool is_path() const {
    return !token_.empty() && word_begins(token_.front())
           && std::ranges::find(keywords, token_) == keywords.end();
  }

  when_operand operand() {
    if (is_path())
      return path();
    const bool literal =
      token_ == "true" || token_ == "false" || token_ == "null"
      || (!token_.empty()
          && (token_[0] == '"' || token_[0] == '-' || (token_[0] >= '0' && token_[0] <= '9')));
    if (!literal)
      fail("expected a path, a string, a number, true, false or null");
    when_operand out;
    out.literal = json::parse(token_, nullptr, false);
    if (out.literal.is_discarded())
      fail("not a string or number of JSON");
    advance();
    return out;
  }

  when_operand path() {
    if (!is_path())
      fail("expected a path such as data.amount");
    when_operand out;
    for (auto rest = token_;;) {
      const auto dot = rest.find('.');
      out.path.emplace_back(rest.substr(0, dot));
      if (out.path.back().empty())
        fail("a path has no empty parts");
      if (dot == std::string_view::npos)
        break;
      rest.remove_prefix(dot + 1);
    }
    if (std::ranges::find(roots, std::string_view{out.path.front()}) == roots.end())
      fail("a path begins with type, source, entity_id, sub_id, locale, priority or data");
    advance();
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::string_view token_;
};

class parsed_condition final : public condition {
 public:
  explicit parsed_condition(when_node root) : root_(std::move(root)) {}

  bool holds(const when_facts& facts) const override { return root_.test(facts.root().root); }

 private:
  when_node root_;
};

}  // namespace

result<condition_ptr> parse_when(std::string_view text) {
  if (text.size() > max_text)
    return error{errc::invalid, "longer than " + std::to_string(max_text) + " bytes", {}};
  if (!codec::is_utf8(text))
    return error{errc::invalid, "not UTF-8", {}};
  try {
    return condition_ptr{std::make_shared<parsed_condition>(parser{text}.whole())};
  } catch (const parser::mistake& e) {
    return error{errc::invalid, "at byte " + std::to_string(e.at) + ": " + e.what, {}};
  }
}

}  // namespace carillon::rules

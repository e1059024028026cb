// Which white space belongs to the tags, told by handlebars' own rules: a tag
// alone on its line takes the line with it.

#include "protocol/rules/render/spaces.hpp"
#include "protocol/rules/render/tree.hpp"

#include <string_view>

namespace carillon::rules::render {

namespace {

using nodes = std::vector<node>;

/// What a node's surroundings must know of it.
struct edges {
  bool any{false};
  strip_flags strip{};
  /// The tag may stand alone on its line: the one that opens a block, the one
  /// that closes it, the only one there is.
  bool open_alone{false};
  bool close_alone{false};
  bool alone{false};
};

constexpr std::size_t none = static_cast<std::size_t>(-1);

node* at(nodes& body, std::size_t i) {
  return i < body.size() ? &body[i] : nullptr;
}

/// Whether a new line begins before position `i`.
bool line_begins(nodes& body, std::size_t i, bool root = false) {
  const auto* before = at(body, i - 1);
  if (before == nullptr)
    return root;
  if (before->is != node::kind::content)
    return false;
  const std::string_view text = before->original;
  const auto spaces = trailing_spaces(text);
  if (text.substr(text.size() - spaces).find('\n') != std::string_view::npos)
    return true;
  return at(body, i - 2) == nullptr && root && spaces == text.size();
}

/// Whether the line ends after position `i`.
bool line_ends(nodes& body, std::size_t i, bool root = false) {
  const auto* after = at(body, i + 1);
  if (after == nullptr)
    return root;
  if (after->is != node::kind::content)
    return false;
  const std::string_view text = after->original;
  const auto spaces = leading_spaces(text);
  if (text.substr(0, spaces).find('\n') != std::string_view::npos)
    return true;
  return at(body, i + 2) == nullptr && root && spaces == text.size();
}

/// Takes the rest of the line after position `i`, or all white space there.
void take_after(nodes& body, std::size_t i, bool all = false) {
  auto* next = at(body, i + 1);
  if (next == nullptr || next->is != node::kind::content || (!all && next->right_stripped))
    return;
  auto& text = next->text;
  std::size_t n = 0;
  if (all) {
    n = leading_spaces(text);
  } else {
    n = std::min(text.find_first_not_of(" \t"), text.size());
    n += text.substr(n, 1) == "\r";
    n += text.substr(n, 1) == "\n";
  }
  text.erase(0, n);
  next->right_stripped = n > 0;
}

/// Takes the indentation before position `i`, or all white space there; whether
/// there was any.
bool take_before(nodes& body, std::size_t i, bool all = false) {
  auto* before = at(body, i - 1);
  if (before == nullptr || before->is != node::kind::content || (!all && before->left_stripped))
    return false;
  auto& text = before->text;
  const auto n = all ? trailing_spaces(text) : text.size() - (text.find_last_not_of(" \t") + 1);
  text.erase(text.size() - n);
  before->left_stripped = n > 0;
  return n > 0;
}

void take_end(nodes& body, bool all = false) {
  take_before(body, body.size(), all);
}

void take_start(nodes& body, bool all = false) {
  take_after(body, none, all);
}

edges settle_node(node& x);

void settle_all(nodes& body, bool root) {
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto mine = settle_node(body[i]);
    if (!mine.any)
      continue;
    const bool begins = line_begins(body, i, root);
    const bool ends = line_ends(body, i, root);
    if (mine.strip.close)
      take_after(body, i, true);
    if (mine.strip.open)
      take_before(body, i, true);
    auto& x = body[i];
    if (mine.alone && begins && ends) {
      take_after(body, i);
      if (take_before(body, i) && x.is == node::kind::partial) {
        const std::string_view line = body[i - 1].original;
        x.indent = line.substr(line.find_last_not_of(" \t") + 1);
      }
    }
    if (mine.open_alone && begins) {
      take_start((x.main ? x.main : x.inverse)->body);
      take_before(body, i);
    }
    if (mine.close_alone && ends) {
      take_after(body, i);
      take_end((x.inverse ? x.inverse : x.main)->body);
    }
  }
}

/// The part of a chain of `{{else x}}` that ends it.
nodes& last_of_chain(sequence& inverse) {
  auto* last = &inverse;
  while (last->chained)
    last = &*last->body.back().main;
  return last->body;
}

edges settle_block(node& x) {
  if (x.main)
    settle_all(x.main->body, false);
  if (x.inverse)
    settle_all(x.inverse->body, false);
  auto& first = (x.main ? x.main : x.inverse)->body;
  const bool both = x.main && x.inverse;
  auto* second = both ? &x.inverse->body : nullptr;
  if (both && x.inverse->chained)
    second = &x.inverse->body.front().main->body;
  auto& end = second != nullptr ? *second : first;
  edges out{true,
            {x.strip.open, x.close_strip.close},
            line_ends(first, none),
            line_begins(end, end.size()),
            false};
  if (x.strip.close)
    take_start(first, true);
  if (!both) {
    if (x.close_strip.open)
      take_end(first, true);
    return out;
  }
  if (x.inverse_strip.open)
    take_end(first, true);
  if (x.inverse_strip.close)
    take_start(*second, true);
  if (x.close_strip.open)
    take_end(last_of_chain(*x.inverse), true);
  if (line_begins(first, first.size()) && line_ends(*second, none)) {
    take_end(first);
    take_start(*second);
  }
  return out;
}

edges settle_node(node& x) {
  switch (x.is) {
    case node::kind::content:
      return {};
    case node::kind::block:
      return settle_block(x);
    case node::kind::output:
      return {true, x.strip, false, false, false};
    default:
      return {true, x.strip, false, false, true};
  }
}

}  // namespace

void control_whitespace(sequence& root) {
  settle_all(root.body, true);
}

}  // namespace carillon::rules::render

#include "protocol/rules/templates.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/rules/payload_schema.hpp"
#include "protocol/rules/render/program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace carillon::rules {

struct compiled_template {
  template_ptr row{};
  std::optional<render::program> title{};
  std::optional<render::program> content{};
  std::optional<render::program> html{};
  /// Of a provider's template: named where it asks for names.
  std::vector<std::pair<std::string, render::program>> params{};
  bool counted{false};
  std::shared_ptr<const payload_schema> schema{};
  /// Why it cannot be used; empty where it can.
  std::string broken{};
};

namespace {

using nlohmann::ordered_json;

constexpr std::size_t longest_title = 200;
constexpr std::size_t longest_text = 10'000;

/// Compiles the parts of a row and gathers what is wrong with them.
class template_compiler {
 public:
  template_compiler(compiled_template& to, const message_template& row) : to_(to), row_(row) {}

  /// Runs; the faults of the parts alone are also found at their places.
  std::vector<fault> run(std::vector<render::diagnosis>* places = nullptr) {
    places_ = places;
    to_.title = part("/title", row_.title);
    to_.content = part("/content", row_.content);
    if (!row_.html.empty())
      to_.html = part("/html", row_.html);
    if (!row_.params.empty())
      read_params();
    if (!row_.payload_schema.empty()) {
      if (auto schema = payload_schema::read(row_.payload_schema))
        to_.schema = std::move(*schema);
      else
        for (const auto& one : schema.error().faults)
          note(one.path, "the payload schema " + one.message);
    }
    return std::move(faults_);
  }

 private:
  std::optional<render::program> part(const std::string& place, const std::string& source) {
    auto made = render::compile(source, {.syntax = row_.syntax});
    if (made)
      return std::move(*made);
    faults_.push_back({place, to_string(made.error())});
    if (places_ != nullptr)
      places_->push_back(made.error());
    return {};
  }

  void note(const std::string& place, const std::string& what) {
    faults_.push_back({place, what});
    if (places_ != nullptr)
      places_->push_back({{}, place.substr(1) + ": " + what});
  }

  void read_params() {
    const auto all = ordered_json::parse(row_.params, nullptr, false);
    if (!all.is_structured()) {
      return note("/params", "must be an object or a list of texts");
    }
    to_.counted = all.is_array();
    std::size_t n = 0;
    for (auto one = all.begin(); one != all.end(); ++one, ++n) {
      const auto name = to_.counted ? std::to_string(n) : one.key();
      if (!one->is_string())
        note("/params/" + name, "must be a text");
      else if (auto made = part("/params/" + name, one->get_ref<const std::string&>()))
        to_.params.emplace_back(name, std::move(*made));
    }
  }

  compiled_template& to_;
  const message_template& row_;
  std::vector<fault> faults_;
  std::vector<render::diagnosis>* places_{nullptr};
};

/// A language, the same without its region, the default: each once.
std::vector<std::string> languages_of(std::string_view wanted, const std::string& otherwise) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view x) {
    if (!x.empty() && std::ranges::find(out, x) == out.end())
      out.emplace_back(x);
  };
  add(wanted);
  add(wanted.substr(0, wanted.find_first_of("-_")));
  add(otherwise);
  add(std::string_view{otherwise}.substr(0, otherwise.find_first_of("-_")));
  return out;
}

/// Partials are other templates by code, of the same channel and language, and the same part.
class book_partials final : public render::partials {
 public:
  using part = std::optional<render::program> compiled_template::*;

  book_partials(const template_book& from, const template_wish& what) : from_(from), what_(what) {}

  void speak_of(part which) { which_ = which; }

  const render::program* find(std::string_view name) const override {
    auto found = from_.find(name, what_.channel, what_.language);
    if (!found || !found->row->enabled || !found->broken.empty())
      return nullptr;
    const auto& own = (*found).*which_;
    const auto& used = own ? own : found->content;
    held_.push_back(std::move(found));
    return used ? &*used : nullptr;
  }

 private:
  const template_book& from_;
  const template_wish& what_;
  part which_{&compiled_template::content};
  /// What is running stays, whatever becomes of the book.
  mutable std::vector<compiled_ptr> held_;
};

/// Fills the parts of one template.
class template_filler {
 public:
  template_filler(const template_book& from, const template_wish& what, const render::value& data,
                  std::string& why)
      : partials_(from, what), what_(what), data_(data), why_(why) {}

  std::string fill(const char* name, book_partials::part which, const render::program& with,
                   bool html = false) {
    std::string out;
    if (!why_.empty())
      return out;
    partials_.speak_of(which);
    if (const auto wrong = render::fill(out, with, data_,
                                        {.html = html, .partials = &partials_, .zone = what_.zone}))
      why_ = std::string{name} + ", " + to_string(*wrong);
    std::erase(out, '\0');
    return out;
  }

  std::string fill_params(const compiled_template& with) {
    if (with.row->params.empty())
      return {};
    std::string out = with.counted ? "[" : "{";
    for (const auto& [name, source] : with.params) {
      out += out.size() > 1 ? "," : "";
      if (!with.counted) {
        codec::append_json_string(out, name);
        out += ':';
      }
      codec::append_json_string(out, fill("params", &compiled_template::content, source));
    }
    out += with.counted ? ']' : '}';
    return out;
  }

 private:
  book_partials partials_;
  const template_wish& what_;
  const render::value& data_;
  std::string& why_;
};

}  // namespace

result<compiled_ptr> compile_template(template_ptr row) {
  auto made = std::make_shared<compiled_template>();
  made->row = row;
  auto faults = template_compiler{*made, *row}.run();
  if (!faults.empty())
    return error{errc::invalid, "the template cannot be read", std::move(faults)};
  return compiled_ptr{std::move(made)};
}

std::vector<render::diagnosis> check_template(const message_template& row) {
  compiled_template made;
  std::vector<render::diagnosis> out;
  template_compiler{made, row}.run(&out);
  return out;
}

void template_book::put(template_ptr row) {
  remove(row->id);
  auto made = compile_template(row);
  compiled_ptr kept;
  if (made) {
    kept = std::move(*made);
  } else {
    auto broken = std::make_shared<compiled_template>();
    broken->row = row;
    const auto& faults = made.error().faults;
    broken->broken = faults.empty() ? made.error().detail : faults.front().message;
    kept = std::move(broken);
  }
  by_code_[row->code].insert_or_assign({row->channel, row->language}, std::move(kept));
}

void template_book::remove(const template_id& id) {
  for (auto shelf = by_code_.begin(); shelf != by_code_.end(); ++shelf) {
    auto& rows = shelf->second;
    const auto found =
      std::ranges::find_if(rows, [&](const auto& x) { return x.second->row->id == id; });
    if (found == rows.end())
      continue;
    rows.erase(found);
    if (rows.empty())
      by_code_.erase(shelf);
    return;
  }
}

bool template_book::knows(std::string_view code) const {
  return by_code_.contains(code);
}

bool template_book::is_bound(std::string_view event) const {
  const auto shelf = by_code_.find(event);
  return shelf != by_code_.end() && std::ranges::any_of(shelf->second, [&](const auto& x) {
           return x.second->row->event == event;
         });
}

compiled_ptr template_book::find(std::string_view code, std::string_view channel,
                                 std::string_view language) const {
  const auto shelf = by_code_.find(code);
  if (shelf == by_code_.end())
    return {};
  const auto languages = languages_of(language, default_language_);
  for (const auto of : {channel, std::string_view{}}) {
    for (const auto& wanted : languages)
      if (const auto found = shelf->second.find({std::string{of}, wanted});
          found != shelf->second.end())
        return found->second;
    if (of.empty())
      break;
  }
  return {};
}

template_ptr template_book::describe(std::string_view code, std::string_view language) const {
  if (const auto shared = find(code, {}, language))
    return shared->row;
  const auto shelf = by_code_.find(code);
  if (shelf == by_code_.end())
    return {};
  for (const auto& wanted : languages_of(language, default_language_))
    for (const auto& [at, found] : shelf->second)
      if (at.second == wanted)
        return found->row;
  return shelf->second.begin()->second->row;
}

std::vector<std::string> template_book::channels_of(std::string_view code) const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::find(out, name) == out.end())
      out.push_back(name);
  };
  if (const auto shelf = by_code_.find(code); shelf != by_code_.end())
    for (const auto& [at, found] : shelf->second) {
      std::ranges::for_each(found->row->channels, add);
      add(at.first);
    }
  return out;
}

template_ptr template_book::find(const template_id& id) const {
  for (const auto& [code, shelf] : by_code_)
    for (const auto& [at, found] : shelf)
      if (found->row->id == id)
        return found->row;
  return {};
}

std::vector<template_ptr> template_book::rows() const {
  std::vector<template_ptr> out;
  for (const auto& [code, shelf] : by_code_)
    for (const auto& [at, found] : shelf)
      out.push_back(found->row);
  return out;
}

template_words render_template(const template_book& from, const template_wish& what,
                               const render::document& data, const std::string& data_text) {
  template_words out;
  const auto found = from.find(what.code, what.channel, what.language);
  if (!found)
    return out;
  out.row = found->row;
  out.is = template_words::state::refused;
  if (!found->row->enabled && !what.even_disabled) {
    out.is = template_words::state::disabled;
    return out;
  }
  out.why = found->broken;
  if (found->schema)
    if (auto why = found->schema->objection(data_text))
      out.why = "the data does not fulfil the template's schema: " + *why;
  if (!out.why.empty())
    return out;
  template_filler filler{from, what, data.root(), out.why};
  auto& words = out.content;
  words.type = what.type;
  words.title = codec::cut_characters(
    filler.fill("title", &compiled_template::title, *found->title), longest_title);
  words.text = codec::cut_characters(
    filler.fill("content", &compiled_template::content, *found->content), longest_text);
  if (found->html)
    words.html = filler.fill("html", &compiled_template::html, *found->html, true);
  words.data = data_text;
  words.template_id = found->row->provider_template;
  words.params = filler.fill_params(*found);
  if (out.why.empty())
    out.is = template_words::state::ready;
  return out;
}

}  // namespace carillon::rules

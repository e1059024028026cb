#pragma once

#include "protocol/rules/render/diagnosis.hpp"
#include "protocol/rules/render/value.hpp"
#include "protocol/template.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace carillon::rules::render {

/// A source is at most so long, and so is what is made of it.
inline constexpr std::size_t max_source = 64 << 10;
inline constexpr std::size_t max_output = 256 << 10;

/// A rendering takes at most so many steps: nodes visited, names looked up, and
/// for work on long texts a step for every 64 bytes.
inline constexpr std::size_t max_steps = 100'000;

struct code;

/// A template, compiled: steps one after the other, to be run any number of
/// times from any thread. Never changes; copies share it.
class program {
 public:
  explicit program(std::shared_ptr<const code> what) : what_(std::move(what)) {}

  const code& steps() const noexcept { return *what_; }

 private:
  std::shared_ptr<const code> what_;
};

struct compiling {
  template_syntax syntax{template_syntax::handlebars};
  /// A name that the context lacks is looked for around it, as mustache does
  /// and handlebars does with its option of this name.
  bool compat{false};
};

/// Compiles a source, or says what is wrong with it.
boost::system::result<program, diagnosis> compile(std::string_view source,
                                                  const compiling& how = {});

/// Where partials come from.
class partials {
 public:
  virtual ~partials() = default;

  /// The program of that name; null where there is none, which ends the
  /// rendering.
  virtual const program* find(std::string_view name) const = 0;
};

struct filling {
  /// `{{x}}` is escaped for HTML.
  bool html{false};
  /// Null for none.
  const carillon::rules::render::partials* partials{nullptr};
  /// Of dates that name no zone; null for UTC.
  const date::time_zone* zone{nullptr};
};

/// Appends the template filled with `data` to `out`; says why where a bound was
/// reached, a partial is not there, or the like.
std::optional<diagnosis> fill(std::string& out, const program& what, const value& data,
                              const filling& how = {});

}  // namespace carillon::rules::render

#include "protocol/template.hpp"

#include "protocol/words.hpp"

namespace carillon {

namespace {

constexpr words<3> syntax_words{"handlebars", "braces", "dollar"};

}  // namespace

std::string_view to_string(template_syntax x) {
  return word_of(syntax_words, x);
}

std::optional<template_syntax> parse_template_syntax(std::string_view text) {
  return value_of<template_syntax>(syntax_words, text);
}

}  // namespace carillon

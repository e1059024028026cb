#include "bin/commands/node.hpp"
#include "bin/commands/output.hpp"

#include <CLI/App.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace carillon::commands {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* templates_path = "/api/v1/notifications/templates";

/// What the node gives a row and no file says.
constexpr const char* given_by_the_node[] = {"id", "version", "created_at", "updated_at",
                                             "updated_by"};

/// `order.paid.wechat.zh-CN.json`; `all` where it is for every channel without one of its own.
std::string file_name_of(const json& row) {
  const auto channel = text_of(row, "channel");
  auto name = text_of(row, "code") + '.' + (channel == "-" ? "all" : channel) + '.'
              + text_of(row, "language");
  std::ranges::replace_if(
    name, [](char c) { return c == '/' || c == '\\'; }, '_');
  return name + ".json";
}

class template_export {
 public:
  explicit template_export(CLI::App& of) : whom_(of) {
    of.add_option("directory", directory_, "Where the files go, one for each template")->required();
  }

  int run() {
    if (!whom_.find("cli", true))
      return wrong_usage;
    const auto body = ask(whom_, "GET", std::string{templates_path} + "?view=list");
    if (!body)
      return failed;
    const auto all = json::parse(*body, nullptr, false);
    std::error_code why;
    std::filesystem::create_directories(directory_, why);
    std::size_t count = 0;
    for (const auto& row : all.value("items", json::array())) {
      const auto file = std::filesystem::path{directory_} / file_name_of(row);
      std::ofstream out{file, std::ios::binary | std::ios::trunc};
      out << kept_of(row).dump(2) << '\n';
      if (!out.flush()) {
        std::cerr << "carillon: " << file.string() << " cannot be written\n";
        return failed;
      }
      ++count;
    }
    std::cout << count << " templates\n" << std::flush;
    return done;
  }

 private:
  static json kept_of(json row) {
    for (const auto* name : given_by_the_node)
      row.erase(name);
    return row;
  }

  node whom_;
  std::string directory_;
};

class template_import {
 public:
  explicit template_import(CLI::App& of) : whom_(of) {
    of.add_option("directory", directory_, "Where the files are")->required();
  }

  /// Every file is sent; those the node refuses are told, and the others hold.
  int run() {
    if (!whom_.find("cli", true))
      return wrong_usage;
    std::vector<std::filesystem::path> files;
    std::error_code why;
    for (const auto& entry : std::filesystem::directory_iterator{directory_, why})
      if (entry.path().extension() == ".json")
        files.push_back(entry.path());
    if (why) {
      std::cerr << "carillon: " << directory_ << ": " << why.message() << '\n';
      return failed;
    }
    std::ranges::sort(files);
    std::size_t count = 0;
    for (const auto& file : files)
      count += take(file);
    std::cout << count << " templates\n" << std::flush;
    return count == files.size() ? done : failed;
  }

 private:
  bool take(const std::filesystem::path& file) const {
    std::ifstream in{file, std::ios::binary};
    const std::string body{std::istreambuf_iterator<char>{in}, {}};
    if (in && ask(whom_, "POST", templates_path, body))
      return true;
    std::cerr << "carillon: " << file.string() << " is not taken\n";
    return false;
  }

  node whom_;
  std::string directory_;
};

}  // namespace

void add_templates(CLI::App& to, action& run) {
  auto* templates = to.add_subcommand("templates", "The words of messages");
  templates->require_subcommand(1);
  auto* out = templates->add_subcommand("export", "Writes every template to a file");
  auto exporting = std::make_shared<template_export>(*out);
  out->callback([&run, exporting] { run = [exporting] { return exporting->run(); }; });
  auto* in = templates->add_subcommand("import", "Puts every template of a directory in its place");
  auto importing = std::make_shared<template_import>(*in);
  in->callback([&run, importing] { run = [importing] { return importing->run(); }; });
}

}  // namespace carillon::commands

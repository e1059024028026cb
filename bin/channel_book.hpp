#pragma once

#include "adapters/transport/guard.hpp"
#include "bin/config/tree.hpp"
#include "bin/vault.hpp"
#include "protocol/administration.hpp"
#include "protocol/channel.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

struct channel_type;

/// Where what holds comes from: the file (with environment and flags), the API over the file, or
/// the API alone.
enum class settings_origin : std::uint8_t { file, override_, api };

/// `file`, `override`, `api`.
std::string_view to_string(settings_origin x);

/// A channel as it runs, and what the database says of it.
struct booked_channel {
  channel_settings settings{};
  settings_origin origin{settings_origin::file};
  /// An address of it came through the API: it may reach no private network.
  bool guarded{false};
  /// What the API said, secrets encrypted; empty where the file alone speaks.
  configuration::table stored{};
  std::optional<timestamp> paused_at{};
  std::optional<timestamp> broken_at{};
  std::string broken_why{};
};

/// What the database keeps of it: a JSON object without secrets in clear, or empty.
std::string stored_text(const booked_channel& what);

/// Makes what sends for it, be it a channel or a sink; null for the inbox.
result<channel_ptr> make_channel(const booked_channel& what);

/// Every channel: what the file says of it, and what the API says over that.
class channel_book {
 public:
  /// What changes are checked with.
  struct rules {
    /// Nothing where `auth.master_key` is not set: no secret can be stored.
    std::optional<vault> secrets{};
    std::shared_ptr<const address_guard> guard{};
  };

  using file_channels = std::map<std::string, channel_settings>;

  /// Puts what is stored over the file. `invalid` where it cannot be: the master key is another
  /// one, or the file has changed below it.
  static result<channel_book> open(file_channels file, const std::vector<channel_record>& stored,
                                   rules with);

  /// The same over another file.
  result<channel_book> over(file_channels file) const;

  const std::map<std::string, booked_channel>& all() const noexcept { return all_; }
  const file_channels& file() const noexcept { return file_; }
  const booked_channel* find(const std::string& name) const;

  /// The settings that hold.
  file_channels settings() const;

  /// What a channel would be with these settings (a JSON object) from the API. A secret that is
  /// masked stays what it is. `invalid` names every fault, `conflict` says that there is no master
  /// key to store a secret with.
  result<booked_channel> propose(const std::string& name, std::string_view json) const;

  /// What it is without the API: nothing where only the API knows it.
  std::optional<booked_channel> without_override(const std::string& name) const;

  void put(booked_channel what);
  void remove(const std::string& name) { all_.erase(name); }

  /// Names of channels that fail over to this one.
  std::vector<std::string> users_of(const std::string& name) const;

 private:
  result<booked_channel> read(const std::string& name, configuration::table stored) const;
  void check_names(booked_channel& what, std::vector<fault>& faults) const;
  void check_addresses(booked_channel& what, std::vector<fault>& faults) const;
  result<configuration::table> seal(const std::string& name, configuration::table given) const;
  /// Puts what a mask stands for in its place: false where it stands for nothing.
  bool unmask(const std::string& name, const channel_type& type, const std::string& key,
              configuration::table& given) const;

  file_channels file_;
  std::map<std::string, booked_channel> all_;
  rules with_;
};

}  // namespace carillon

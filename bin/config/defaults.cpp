#include "adapters/channels/registry.hpp"
#include "bin/config/config.hpp"
#include "bin/config/keys.hpp"

#include <sstream>

namespace carillon {

namespace {

constexpr std::string_view preamble =
  R"(# Carillon's configuration. Every key is here with its default.
#
# A flag is over the environment, the environment over this file, this file over the defaults:
#   --set server.listen=127.0.0.1:8000
#   CARILLON_SERVER__LISTEN=127.0.0.1:8000
# ${NAME} in a text is the environment variable NAME ($${ is a plain ${). A secret may be read from
# a file: KEY_file in place of KEY.
)";

constexpr std::string_view service_tokens =
  R"(# Tokens for programs, each acting as service:NAME; scopes are publish and admin.
# [[auth.service_tokens]]
# name = "shop"
# token_file = "/run/secrets/shop-token"
# scopes = ["publish"]
)";

constexpr std::string_view routes =
  R"(
# -- routes: who is told what about which events ------------------------------------------------
#
# [[routes]]
# event = "order.*"                    # * is one word between dots, ** any number
# when = "data.amount >= 100"          # on data.…, type, source; == != < <= > >= and or not in exists
# channels = ["system", "ops"]
# template = "inventory_low"           # whose words; else those of the event's data
# audience = { role = "manager" }      # user, role, store, addresses, or field = "data.owner"; else
#                                      # the event's recipients
# throttle = "1/10m"                   # at most so many to a recipient in any such time
# digest = "10m"                       # what happens to a recipient meanwhile is told by one message
# priority = "high"                    # low, normal, high, urgent
# delay = "0s"
# failover = ["backup"]                # instead of the channels' own
# repeat_after = "7d"                  # the same entity may be told again after it
# enabled = true
)";

constexpr std::string_view source_section =
  R"(
# -- sources: webhooks of others that become events, at /api/v1/ingress/NAME --------------------
#
# [sources.NAME]
# type = "webhook"
# secret = "whsec_..."                 # signs as Standard Webhooks say, or X-Hub-Signature-256
# event = "NAME"                       # the type of its events
# entity_field = "order.id"            # members of the body: what it is about,
# recipient_field = "order.buyer"      # and whom it is for
)";

constexpr std::string_view sink_section =
  R"(
# -- sinks: programs that hear how deliveries end -----------------------------------------------
#
# [sinks.NAME]
# type = "webhook"
# url = "https://example.com/hear"     # signed and repeated as the channel webhook does it, with
# secret = "whsec_..."                 # rate, retry, max_age and what else every channel has
# events = ["notification.sent", "notification.dead"]
# enabled = true
)";

void write_section(std::ostream& out, const configuration::section_spec& section) {
  out << "\n# " << section.doc << "\n[" << section.name << "]\n";
  for (auto& key : configuration::key_specs()) {
    if (key.section != section.name)
      continue;
    out << "# " << key.doc;
    if (!key.choices.empty())
      out << " One of " << key.choices << '.';
    if (!key.field)
      out << " Not available in this version.";
    out << '\n' << key.name << " = " << key.fallback << '\n';
  }
  if (section.name == "auth")
    out << service_tokens;
}

void write_channels(std::ostream& out) {
  out
    << "\n# -- channels: ways to reach people ---------------------------------------------------\n"
       "#\n"
       "# [channels.NAME] for each; the inbox itself, system, is always there. Every channel has\n"
       "#\n"
       "# [channels.NAME]\n";
  for (auto& key : configuration::channel_key_specs())
    out << "# " << key.name << " = " << key.fallback << "    # " << key.doc << '\n';
  out << "#\n# and by its type:\n";
  for (auto& type : channel_types()) {
    out << "#\n# type = \"" << type.name << "\"    # " << type.doc << '\n';
    for (auto& key : type.keys)
      out << "# " << key.name << " = \"\"    # " << key.doc << (key.required ? " (required)" : "")
          << '\n';
  }
}

}  // namespace

std::string default_config() {
  std::ostringstream out;
  out << preamble;
  for (auto& section : configuration::section_specs())
    write_section(out, section);
  write_channels(out);
  out << routes << source_section << sink_section;
  return std::move(out).str();
}

}  // namespace carillon

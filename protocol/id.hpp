#pragma once

#include "protocol/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// 16 bytes, most significant first; stored in binary, shown in the usual 8-4-4-4-12 form.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const uuid&, const uuid&) = default;
};

/// `0192…-…` in lower case.
std::string to_string(const uuid& x);

/// Accepts exactly the 36-character form, either case.
std::optional<uuid> parse_uuid(std::string_view text);

/// Makes UUIDv7 (RFC 9562): ordered by time, strictly rising within a process even when the time
/// steps back. Safe from any thread.
class uuid_source {
 public:
  uuid next(timestamp now);

 private:
  std::mutex mutex_;
  std::uint64_t last_millis_ = 0;
  std::uint16_t sequence_ = 0;
};

/// What an id names; its prefix in text.
enum class id_kind : std::uint8_t { notification, event, delivery, batch, template_, audit };

/// `notif-`, `evt-`, `dlv-`, `batch-`, `tpl-`, `audit-`.
std::string_view prefix_of(id_kind kind);

/// An id of one kind; ids of different kinds do not mix.
template <id_kind Kind>
struct id {
  uuid value{};

  friend auto operator<=>(const id&, const id&) = default;
};

using notification_id = id<id_kind::notification>;
using event_id = id<id_kind::event>;
using delivery_id = id<id_kind::delivery>;
using batch_id = id<id_kind::batch>;
using template_id = id<id_kind::template_>;
using audit_id = id<id_kind::audit>;

std::string to_text(id_kind kind, const uuid& x);
std::optional<uuid> parse_text(id_kind kind, std::string_view text);

/// The text form with its prefix.
template <id_kind Kind>
std::string to_text(const id<Kind>& x) {
  return to_text(Kind, x.value);
}

/// The reverse of `to_text`; nothing for another kind's prefix or a malformed UUID.
template <class Id>
std::optional<Id> parse_id(std::string_view text);

template <>
inline std::optional<notification_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::notification, text);
  return x ? std::optional(notification_id{*x}) : std::nullopt;
}
template <>
inline std::optional<event_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::event, text);
  return x ? std::optional(event_id{*x}) : std::nullopt;
}
template <>
inline std::optional<delivery_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::delivery, text);
  return x ? std::optional(delivery_id{*x}) : std::nullopt;
}
template <>
inline std::optional<batch_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::batch, text);
  return x ? std::optional(batch_id{*x}) : std::nullopt;
}
template <>
inline std::optional<template_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::template_, text);
  return x ? std::optional(template_id{*x}) : std::nullopt;
}
template <>
inline std::optional<audit_id> parse_id(std::string_view text) {
  auto x = parse_text(id_kind::audit, text);
  return x ? std::optional(audit_id{*x}) : std::nullopt;
}

}  // namespace carillon

template <carillon::id_kind Kind>
struct std::hash<carillon::id<Kind>> {
  std::size_t operator()(const carillon::id<Kind>& x) const noexcept {
    std::size_t n;  // the random half of a UUIDv7
    std::memcpy(&n, x.value.bytes.data() + 8, sizeof n);
    return n;
  }
};

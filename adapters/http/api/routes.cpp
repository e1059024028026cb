#include "adapters/http/api/handlers.hpp"

#include <array>

namespace carillon::http {

std::span<const route> all_routes() {
  using enum verb;
  using enum access;
  constexpr auto json = body_kind::json;
  constexpr auto bulk = body_kind::bulk;
  constexpr auto lines = body_kind::lines;
  constexpr auto none = body_kind::none;
  static constexpr std::array table{
    route{post, "/api/v1/notifications", publish, json, api::post_notification},
    route{post, "/api/v1/notifications/batch", publish, bulk, api::post_batch},
    route{post, "/api/v1/notifications/multi-channel", publish, json, api::post_multi_channel},
    route{post, "/notifications/multi-channel", publish, json, api::post_multi_channel},
    route{post, "/api/v1/notifications/template", publish, json, api::post_from_template},
    route{post, "/notifications/template", publish, json, api::post_from_template},
    route{post, "/api/v1/notifications/bulk", publish, bulk, api::post_bulk},
    route{get, "/api/v1/notifications/bulk/{id}/failures", publish, none, api::list_bulk_failures},
    route{post, "/notifications/bulk", publish, bulk, api::post_bulk},
    route{get, "/notifications/bulk/{id}/failures", publish, none, api::list_bulk_failures},
    route{get, "/api/v1/notifications/bulk/{id}", publish, none, api::get_batch},
    route{delete_, "/api/v1/notifications/bulk/{id}", publish, none, api::delete_batch},
    route{get, "/notifications/bulk/{id}", publish, none, api::get_batch},
    route{delete_, "/notifications/bulk/{id}", publish, none, api::delete_batch},
    route{get, "/api/v1/notifications", user, none, api::list_notifications},
    route{get, "/api/v1/notifications/unread-count", user, none, api::get_unread_count},
    route{get, "/api/v1/notifications/stats", user, none, api::get_stats},
    route{get, "/api/v1/notifications/{id}", user, none, api::get_notification},
    route{put, "/api/v1/notifications/{id}/read", user, none, api::put_read},
    route{put, "/api/v1/notifications/read", user, json, api::put_read_many},
    route{put, "/api/v1/notifications/read-all", user, none, api::put_read_all},
    route{delete_, "/api/v1/notifications/{id}", user, none, api::delete_notification},
    route{get, "/api/v1/preferences", user, none, api::get_preferences},
    route{put, "/api/v1/preferences", user, json, api::put_preferences},

    route{post, "/api/v1/notifications/templates", admin, json, api::post_template},
    route{get, "/api/v1/notifications/templates", publish, none, api::list_templates},
    route{post, "/api/v1/notifications/templates/validate", publish, json, api::validate_template},
    route{get, "/api/v1/notifications/templates/{id}", publish, none, api::get_template},
    route{put, "/api/v1/notifications/templates/{id}", admin, json, api::put_template_of},
    route{delete_, "/api/v1/notifications/templates/{id}", admin, none, api::delete_template},
    route{get, "/api/v1/notifications/templates/{id}/versions", publish, none,
          api::list_template_versions},
    route{post, "/api/v1/notifications/templates/{id}/rollback", admin, json,
          api::rollback_template_to},
    route{post, "/api/v1/notifications/templates/{id}/enable", admin, none,
          api::enable_template_of},
    route{post, "/api/v1/notifications/templates/{id}/disable", admin, none,
          api::disable_template_of},
    route{post, "/api/v1/notifications/preview", publish, json, api::post_preview},
    route{post, "/notifications/templates", admin, json, api::post_template},
    route{get, "/notifications/templates", publish, none, api::list_templates},
    route{post, "/notifications/templates/validate", publish, json, api::validate_template},
    route{get, "/notifications/templates/{id}", publish, none, api::get_template},
    route{put, "/notifications/templates/{id}", admin, json, api::put_template_of},
    route{delete_, "/notifications/templates/{id}", admin, none, api::delete_template},
    route{get, "/notifications/templates/{id}/versions", publish, none,
          api::list_template_versions},
    route{post, "/notifications/templates/{id}/rollback", admin, json, api::rollback_template_to},
    route{post, "/notifications/templates/{id}/enable", admin, none, api::enable_template_of},
    route{post, "/notifications/templates/{id}/disable", admin, none, api::disable_template_of},
    route{post, "/notifications/preview", publish, json, api::post_preview},

    route{post, "/api/v1/events", publish, json, api::post_event},
    route{post, "/api/v1/ingress/alertmanager", publish, json, api::post_alertmanager},
    route{post, "/api/v1/ingress/{id}", open, json, api::post_ingress},

    route{get, "/api/v1/admin/deliveries", admin, none, api::list_deliveries},
    route{get, "/api/v1/admin/deliveries/{id}", admin, none, api::get_delivery},
    route{post, "/api/v1/admin/deliveries/{id}/retry", admin, none, api::retry_delivery},
    route{post, "/api/v1/admin/deliveries/{id}/cancel", admin, none, api::cancel_delivery},
    route{post, "/api/v1/admin/dead-letters/replay", admin, json, api::post_replay},
    route{post, "/api/admin-notifications/dispatch", user, none, api::post_dispatch},
    route{get, "/api/v1/admin/sessions", admin, none, api::list_sessions},

    route{get, "/api/v1/admin/channels", admin, none, api::list_channels},
    route{get, "/api/v1/admin/channels/{id}", admin, none, api::get_channel},
    route{put, "/api/v1/admin/channels/{id}", admin, json, api::put_channel},
    route{delete_, "/api/v1/admin/channels/{id}", admin, none, api::delete_channel},
    route{post, "/api/v1/admin/channels/{id}/test", admin, none, api::test_channel},
    route{post, "/api/v1/admin/channels/{id}/pause", admin, none, api::pause_channel},
    route{post, "/api/v1/admin/channels/{id}/resume", admin, none, api::resume_channel},
    route{get, "/api/v1/admin/routes", admin, none, api::get_routes},
    route{put, "/api/v1/admin/routes", admin, json, api::put_routes},
    route{post, "/api/v1/admin/routes/dry-run", admin, json, api::post_dry_run},
    route{get, "/api/v1/admin/events/{id}", admin, none, api::get_event},
    route{get, "/api/v1/admin/settings", admin, none, api::get_settings},
    route{put, "/api/v1/admin/settings", admin, json, api::put_settings},
    route{post, "/api/v1/admin/recipients/import", admin, lines, api::post_recipient_import},
    route{get, "/api/v1/admin/recipients/{id}", admin, none, api::get_recipient},
    route{put, "/api/v1/admin/recipients/{id}", admin, json, api::put_recipient},
    route{delete_, "/api/v1/admin/recipients/{id}", admin, none, api::delete_recipient},
    route{get, "/api/v1/admin/audit", admin, none, api::list_audit},

    route{get, "/api/v1/presence", user, none, api::list_presence},
    route{get, "/api/v1/ws", user, none, api::get_websocket, true, true},
    route{get, "/api/v1/stream", user, none, api::get_stream, true, true},
    route{get, "/socket.io/", open, none, api::get_socket_io, false, true, true},
    route{post, "/socket.io/", open, none, api::post_socket_io, false, true, true},
    route{get, "/socket.io", open, none, api::get_socket_io, false, true, true},
    route{post, "/socket.io", open, none, api::post_socket_io, false, true, true},

    route{post, "/-/reload", admin, none, api::post_reload},

    route{get, "/livez", open, none, api::get_livez},
    route{get, "/readyz", open, none, api::get_readyz},
    route{get, "/healthz", open, none, api::get_readyz},
    route{get, "/api/v1/health", open, none, api::get_readyz},
    route{get, "/metrics", metrics, none, api::get_metrics},
    route{get, "/openapi.json", open, none, api::get_openapi},
  };
  return table;
}

}  // namespace carillon::http

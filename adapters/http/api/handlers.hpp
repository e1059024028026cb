#pragma once

#include "adapters/http/router.hpp"

namespace carillon::http::api {

// One handler per route; each file of this folder is a resource. A handler runs on the I/O thread
// and never waits: it decodes, tells an actor, and the actor's answer becomes the reply.

// notifications.cpp: what producers post
void post_notification(const call& c);
void post_batch(const call& c);

// multi_channel.cpp: what producers wait for
void post_multi_channel(const call& c);
void post_from_template(const call& c);

// inbox.cpp: a user's own
void list_notifications(const call& c);
void get_unread_count(const call& c);
void get_notification(const call& c);
void put_read(const call& c);
void put_read_many(const call& c);
void put_read_all(const call& c);
void delete_notification(const call& c);

// preferences.cpp: what a user wants to be told
void get_preferences(const call& c);
void put_preferences(const call& c);

// stats.cpp
void get_stats(const call& c);

// events.cpp
void post_event(const call& c);
void post_alertmanager(const call& c);
void post_ingress(const call& c);

// templates.cpp
void post_template(const call& c);
void list_templates(const call& c);
void get_template(const call& c);
void put_template_of(const call& c);
void delete_template(const call& c);
void list_template_versions(const call& c);
void rollback_template_to(const call& c);
void enable_template_of(const call& c);
void disable_template_of(const call& c);
void validate_template(const call& c);

// template_preview.cpp
void post_preview(const call& c);

// deliveries.cpp: the operator's view
void list_deliveries(const call& c);
void get_delivery(const call& c);
void retry_delivery(const call& c);
void cancel_delivery(const call& c);
void post_dispatch(const call& c);

// batches.cpp: work on many deliveries
void post_replay(const call& c);
void get_batch(const call& c);
void delete_batch(const call& c);

// bulk.cpp: many users told the same
void post_bulk(const call& c);
void list_bulk_failures(const call& c);

// sessions.cpp: who is online, for operators and for users
void list_sessions(const call& c);
void list_presence(const call& c);

// admin_settings.cpp: channels and settings of the running node
void list_channels(const call& c);
void get_channel(const call& c);
void put_channel(const call& c);
void delete_channel(const call& c);
void test_channel(const call& c);
void pause_channel(const call& c);
void resume_channel(const call& c);
void get_settings(const call& c);
void put_settings(const call& c);
void get_routes(const call& c);
void put_routes(const call& c);

// admin_events.cpp: what would come of an event, and what came of one
void post_dry_run(const call& c);
void get_event(const call& c);

// recipients.cpp: who can be reached where
void get_recipient(const call& c);
void put_recipient(const call& c);
void delete_recipient(const call& c);
void post_recipient_import(const call& c);

// audit.cpp: who changed what
void list_audit(const call& c);

// reload.cpp
void post_reload(const call& c);

// live.cpp
void get_websocket(const call& c);
void get_stream(const call& c);

// socketio.cpp
void get_socket_io(const call& c);
void post_socket_io(const call& c);

// health.cpp
void get_livez(const call& c);
void get_readyz(const call& c);
void get_metrics(const call& c);
void get_openapi(const call& c);

}  // namespace carillon::http::api

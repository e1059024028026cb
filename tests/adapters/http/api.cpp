#include "adapters/http/api/handlers.hpp"

#include "tests/adapters/http/engine.hpp"
#include "tests/adapters/http/raw_client.hpp"

#include <nlohmann/json.hpp>

#include <string>

#define CAF_SUITE http_api
#include "tests/caf_test.hpp"

namespace http_api_suite {

using namespace carillon;
using namespace carillon::http;
using nlohmann::json;

namespace {

const std::string path = "/api/v1/notifications";
const std::string first_id = "notif-00000000-0000-0000-0000-000000000001";
const std::string draft = R"({"title":"t","message":"m","user_id":"u1"})";

struct fixture {
  engine at{};
  raw_client aut{at.port()};
  std::string user = at.token("u1");
  std::string producer = at.token("p", {"publish"});
  std::string admin = at.token("root", {"admin"});

  raw_answer get(const std::string& where, const std::string& token) {
    return aut.ask("GET", where, token);
  }
};

json body_of(const raw_answer& x) {
  return json::parse(x.body);
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(http_api_tests, fixture)

CAF_TEST(a token is asked for and its scope held to) {
  const auto none = aut.ask("GET", path);
  CAF_CHECK_EQUAL(none.status, 401);
  CAF_CHECK_EQUAL(none.headers.at("www-authenticate"), "Bearer");
  CAF_CHECK_EQUAL(get(path, "nonsense").status, 401);
  CAF_CHECK_EQUAL(aut.ask("GET", path + "?token=" + user).status, 401);
  CAF_CHECK_EQUAL(aut.ask("POST", path, user, draft).status, 403);
  CAF_CHECK_EQUAL(get("/api/v1/admin/sessions", producer).status, 403);
  CAF_CHECK_EQUAL(aut.ask("POST", path, admin, draft).status, 201);
  CAF_CHECK_EQUAL(aut.ask("POST", path, engine::service, draft).status, 201);
  CAF_CHECK_EQUAL(aut.ask("GET", path, {}, {}, "Authorization: bearer " + user + "\r\n").status,
                  200);
}

CAF_TEST(a posted notification comes back and a duplicate says so) {
  const auto made = aut.ask("POST", path, producer, draft);
  CAF_CHECK_EQUAL(made.status, 201);
  CAF_CHECK(body_of(made)["title"] == "t");
  CAF_CHECK(!body_of(made).contains("duplicate"));
  const auto again = aut.ask("POST", path, producer,
                             R"({"title":"t","message":"m","user_id":"u1","dedupe_key":"seen"})");
  CAF_CHECK_EQUAL(again.status, 200);
  CAF_CHECK(body_of(again)["duplicate"] == true);
}

CAF_TEST(a batch answers how many and which) {
  const auto made = aut.ask("POST", path + "/batch", producer,
                            R"({"notifications":[)" + draft + "," + draft + "]}");
  CAF_CHECK_EQUAL(made.status, 201);
  CAF_CHECK(body_of(made)["created"] == 2);
  CAF_CHECK_EQUAL(body_of(made)["ids"].size(), 2U);
  const auto bad = aut.ask("POST", path + "/batch", producer, R"({"notifications":[{}]})");
  CAF_CHECK_EQUAL(bad.status, 422);
  CAF_CHECK(body_of(bad)["errors"][0]["path"].get<std::string>().starts_with("/notifications/0"));
}

CAF_TEST(an idempotency key gives the first answer again) {
  const auto post = [&](const std::string& key) {
    return aut.ask("POST", path, producer, draft, "Idempotency-Key: " + key + "\r\n");
  };
  const auto first = post("k1");
  const auto again = post("k1");
  CAF_CHECK_EQUAL(first.status, 201);
  CAF_CHECK_EQUAL(again.status, 201);
  CAF_CHECK_EQUAL(again.body, first.body);
  CAF_CHECK_EQUAL(again.headers.at("idempotency-replayed"), "true");
  CAF_CHECK_EQUAL(post("").status, 400);
  CAF_CHECK_EQUAL(post(std::string(129, 'k')).status, 400);
  CAF_CHECK_EQUAL(post(std::string(128, 'k')).status, 201);
}

CAF_TEST(an event is accepted and its body may name the key) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string event = R"({"type":"order.paid","data":{"n":1},"idempotency_key":"e1"})";
  const auto post = [&] {
    return aut.ask("POST", "/api/v1/events", producer, event,
                   "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n");
  };
  const auto first = post();
  CAF_CHECK_EQUAL(first.status, 202);
  CAF_CHECK(body_of(first)["status"] == "accepted");
  CAF_CHECK_EQUAL(at.last_event->what.trace_id, trace);
  CAF_CHECK_EQUAL(at.last_event->what.subject, "p");
  const auto again = post();
  CAF_CHECK_EQUAL(again.headers.at("idempotency-replayed"), "true");
  const auto bad = aut.ask("POST", "/api/v1/events", producer, "{}",
                           "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n");
  CAF_CHECK_EQUAL(bad.status, 422);
  CAF_CHECK(body_of(bad)["trace_id"] == trace);
}

CAF_TEST(a dry run asks for the key that posting the same event would use) {
  const auto key_of = [&](const std::string& where, const std::string& event,
                          std::string_view header = {}) {
    const auto said = aut.ask("POST", where, admin, event, header);
    CAF_CHECK_LESS(said.status, 300);
    if (!at.last_once)
      return std::string{"none"};
    const auto& x = *at.last_once;
    return x.subject + ' ' + x.method + ' ' + x.path + ' ' + x.key + ' '
           + std::string{x.body_hash.begin(), x.body_hash.end()};
  };
  const std::string keyed = R"({"type":"order.paid","data":{},"idempotency_key":"e1"})";
  const std::string plain = R"({"type":"order.paid","data":{}})";
  const std::string dry_run = "/api/v1/admin/routes/dry-run";
  CAF_CHECK_EQUAL(key_of(dry_run, keyed), key_of("/api/v1/events", keyed));
  CAF_CHECK_EQUAL(key_of(dry_run, plain, "Idempotency-Key: e2\r\n"),
                  key_of("/api/v1/events", plain, "Idempotency-Key: e2\r\n"));
  CAF_CHECK_EQUAL(key_of(dry_run, plain), "none");
  CAF_CHECK_EQUAL(aut.ask("POST", dry_run, admin, plain, "Idempotency-Key: \r\n").status, 400);
}

CAF_TEST(the list takes filters and links to its next page) {
  const auto list = get(path
                          + "?is_read=false&type=info&priority=high&source=a%20b&group_key=g"
                            "&limit=2&cursor=9",
                        user);
  CAF_CHECK_EQUAL(list.status, 200);
  CAF_CHECK_EQUAL(body_of(list).size(), 2U);
  CAF_CHECK(body_of(list)[0]["is_read"] == true);
  CAF_CHECK_EQUAL(list.headers.at("link"),
                  "</api/v1/notifications?limit=2&is_read=false&type=info&priority=high"
                  "&source=a%20b&group_key=g&cursor=7>; rel=\"next\"");
  const auto& asked = *at.last_list;
  CAF_CHECK_EQUAL(asked.is_read, std::optional(false));
  CAF_CHECK(asked.priority == priority::high);
  CAF_CHECK_EQUAL(asked.source, std::optional<std::string>("a b"));
  CAF_CHECK_EQUAL(asked.limit, 2);
  CAF_CHECK_EQUAL(asked.before, std::optional<std::int64_t>(9));
  CAF_CHECK_EQUAL(asked.who->subject, "u1");
  get(path, user);
  CAF_CHECK_EQUAL(at.last_list->limit, 20);
}

CAF_TEST(a query that cannot be used is refused with the names of all that is wrong) {
  const auto bad = get(path + "?is_read=maybe&limit=101&offset=-1&type=x&cursor=0", user);
  CAF_CHECK_EQUAL(bad.status, 400);
  for (const auto* name : {"is_read", "limit", "offset", "type", "cursor"})
    CAF_CHECK(body_of(bad)["detail"].get<std::string>().find(name) != std::string::npos);
  CAF_CHECK_EQUAL(get(path + "?offset=1&cursor=2", user).status, 400);
  CAF_CHECK_EQUAL(get(path + "?source=%ff", user).status, 400);
  CAF_CHECK_EQUAL(get(path + "?source=%4", user).status, 400);
  CAF_CHECK_EQUAL(get(path + "?unknown=1&&=", user).status, 200);
}

CAF_TEST(one notification is read marked and deleted in its shapes) {
  CAF_CHECK_EQUAL(get(path + "/unread-count", user).body, R"({"unread_count":5})");
  CAF_CHECK(body_of(get(path + "/" + first_id, user))["id"] == first_id);
  CAF_CHECK_EQUAL(get(path + "/notif-nonsense", user).status, 404);
  const auto read = aut.ask("PUT", path + "/" + first_id + "/read", user);
  CAF_CHECK_EQUAL(read.body, R"({"success":true,"message":"已标记为已读"})");
  CAF_CHECK(at.last_marking->single);
  const auto many = aut.ask("PUT", path + "/read", user, R"({"ids":[")" + first_id + R"("]})");
  CAF_CHECK_EQUAL(many.body, R"({"success":true,"message":"已标记1条通知为已读","count":1})");
  CAF_CHECK(!at.last_marking->single);
  const auto all = aut.ask("PUT", path + "/read-all", user);
  CAF_CHECK_EQUAL(all.body, R"({"success":true,"message":"已标记5条通知为已读","count":5})");
  const auto gone = aut.ask("DELETE", path + "/" + first_id, user);
  CAF_CHECK_EQUAL(gone.body, R"({"success":true,"message":"通知已删除"})");
  CAF_CHECK(at.last_marking->kind == mark_kind::remove);
  CAF_CHECK_EQUAL(at.last_marking->who->subject, "u1");
}

CAF_TEST(operators see deliveries and sessions) {
  const std::string id = "dlv-00000000-0000-0000-0000-000000000002";
  const auto list =
    get("/api/v1/admin/deliveries?status=dead&since=2026-01-01T00:00:00Z&cursor=" + id, admin);
  CAF_CHECK_EQUAL(list.status, 200);
  CAF_CHECK(body_of(list)["next"] == id);
  CAF_CHECK(body_of(list)["items"][0]["channel"] == "log");
  CAF_CHECK(at.last_deliveries->status == delivery_status::dead);
  CAF_CHECK_EQUAL(get("/api/v1/admin/deliveries?status=lost&since=today", admin).status, 400);
  CAF_CHECK_EQUAL(body_of(get("/api/v1/admin/deliveries/" + id, admin))["attempt_log"].size(), 1U);
  const auto sessions = body_of(get("/api/v1/admin/sessions", admin));
  CAF_CHECK(sessions["items"][0]["user_id"] == "a0");
  CAF_CHECK(sessions["items"][1]["devices"] == 2);
}

CAF_TEST(a folded list asks for groups and its next page does so as well) {
  const auto list = get(path + "?fold=group&limit=2", user);
  CAF_CHECK_EQUAL(list.status, 200);
  CAF_CHECK(at.last_list->fold);
  CAF_CHECK(list.headers.at("link").find("&fold=group&cursor=7>") != std::string::npos);
  CAF_CHECK_EQUAL(get(path + "?fold=source", user).status, 400);
  CAF_CHECK(!at.last_list->who->is_admin);
}

CAF_TEST(counts are of the own inbox and for operators of the node as well) {
  const std::string own =
    R"({"total":3,"unread":2,"by_type":{"info":1,"success":0,"warning":2,"error":0,"alert":0},)"
    R"("by_priority":{"low":0,"normal":3,"high":0,"urgent":0})";
  CAF_CHECK_EQUAL(get(path + "/stats", user).body, own + "}");
  CAF_CHECK_EQUAL(at.last_stats->who->subject, "u1");
  CAF_CHECK_EQUAL(get(path + "/stats", admin).body,
                  own
                    + R"(,"connections":3,"users_online":2,"deliveries":{"log":{"pending":0,)"
                      R"("delivering":1,"retrying":0,"delivered":0,"dead":0,"skipped":0,)"
                      R"("cancelled":0,"failed":0}}})");
}

CAF_TEST(who is online is shown to operators and to all where that is configured) {
  CAF_CHECK_EQUAL(get("/api/v1/presence", user).status, 403);
  const auto all = body_of(get("/api/v1/presence", admin));
  CAF_CHECK(all["online"] == 2 && all["next"].is_null());
  CAF_CHECK(all["items"][0]["user_id"] == "a0" && all["items"][1]["devices"] == 2);
  const auto first = body_of(get("/api/v1/presence?limit=1", admin));
  CAF_CHECK(first["items"].size() == 1 && first["next"] == "a0" && first["online"] == 2);
  const auto rest = body_of(get("/api/v1/presence?limit=1&cursor=a0", admin));
  CAF_CHECK(rest["items"][0]["user_id"] == "u1" && rest["next"].is_null());
  engine open{{.presence_visible_to_all = true}};
  raw_client guest{open.port()};
  CAF_CHECK_EQUAL(guest.ask("GET", "/api/v1/presence", open.token("u1")).status, 200);
}

CAF_TEST(readiness follows the store and the end of the node) {
  for (const auto* where : {"/livez", "/readyz", "/healthz", "/api/v1/health"})
    CAF_CHECK_EQUAL(aut.ask("GET", where).status, 200);
  at.storage->ill("disk full", at.now());
  const auto ill = aut.ask("GET", "/readyz");
  CAF_CHECK_EQUAL(ill.status, 503);
  CAF_CHECK(ill.body.find("disk full") != ill.body.npos);
  CAF_CHECK_EQUAL(aut.ask("GET", "/livez").status, 200);
  at.storage->well();
  CAF_CHECK_EQUAL(aut.ask("GET", "/readyz").status, 200);
  at.draining->store(true);
  CAF_CHECK_EQUAL(aut.ask("GET", "/readyz").status, 503);
}

CAF_TEST(metrics name routes and never paths) {
  get(path + "/" + first_id, user);
  const auto figures = aut.ask("GET", "/metrics");
  CAF_CHECK_EQUAL(figures.status, 200);
  CAF_CHECK(figures.body.find("route=\"/api/v1/notifications/{id}\"") != figures.body.npos);
  CAF_CHECK(figures.body.find(first_id) == figures.body.npos);
}

CAF_TEST(a socket is upgraded with a token in the query and refused before it without) {
  const std::string handshake =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  CAF_CHECK_EQUAL(aut.ask("GET", "/api/v1/ws", {}, {}, handshake).status, 401);
  CAF_CHECK_EQUAL(aut.ask("GET", "/api/v1/ws?token=bad", {}, {}, handshake).status, 401);
  CAF_CHECK_NOT_EQUAL(aut.ask("GET", "/api/v1/ws", user).status, 101);
  const auto accepted = aut.ask("GET", "/api/v1/ws?token=" + user, {}, {}, handshake);
  CAF_CHECK_EQUAL(accepted.status, 101);
  CAF_CHECK_EQUAL(accepted.headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace http_api_suite

#define CAF_SUITE prometheus

#include "adapters/prometheus.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/caf_test.hpp"

namespace prometheus_suite {

using namespace carillon;

namespace {

struct fixture {
  prometheus_metrics counts;

  bool shows(std::string_view line) const {
    return ("\n" + counts.scrape()).find("\n" + std::string{line}) != std::string::npos;
  }

  std::size_t lines_with(std::string_view part) const {
    const auto text = counts.scrape();
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      ++found;
    return found;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(prometheus_tests, fixture)

CAF_TEST(unlabelled metrics are there from the start) {
  CAF_CHECK(shows("websocket_connections_active 0\n"));
  CAF_CHECK(shows("carillon_users_online 0\n"));
  CAF_CHECK(shows("carillon_storage_commit_seconds_count 0\n"));
  CAF_CHECK(shows("carillon_storage_commit_rows_count 0\n"));
  CAF_CHECK(shows("carillon_push_latency_seconds_count 0\n"));
  CAF_CHECK(shows("carillon_spooled 0\n"));
  CAF_CHECK(shows("carillon_cluster_peers 0\n"));
}

CAF_TEST(an actor that began has its restarts) {
  counts.began("ingress");
  CAF_CHECK(shows("carillon_restarts_total{actor=\"ingress\"} 0\n"));
}

CAF_TEST(a channel has all its counters once something is created for it) {
  counts.notification_created("hook");
  CAF_CHECK(shows("notification_sent_total{channel=\"hook\"} 0\n"));
  CAF_CHECK(shows("notification_retry_total{channel=\"hook\"} 0\n"));
  for (const auto* why :
       {"transient", "rate_limited", "invalid_credentials", "invalid_recipient", "invalid_request"})
    CAF_CHECK(
      shows("notification_failed_total{channel=\"hook\",class=\"" + std::string{why} + "\"} 0\n"));
  CAF_CHECK_EQUAL(lines_with("notification_failed_total{"), 5u);
}

CAF_TEST(each family has a help text and a type) {
  counts.notification_created("system");
  CAF_CHECK(shows("# HELP notification_created_total "));
  CAF_CHECK(shows("# TYPE notification_created_total counter\n"));
  CAF_CHECK(shows("# TYPE websocket_connections_active gauge\n"));
  CAF_CHECK(shows("# TYPE carillon_push_latency_seconds histogram\n"));
}

CAF_TEST(counters bear the names and labels of the contract) {
  counts.notification_created("hook", 3);
  counts.event("order.paid", "accepted");
  counts.failed("hook", error_class::invalid_recipient);
  counts.retried("hook");
  counts.restarted("sender");
  counts.request("/api/v1/events", 202, 0.004);
  CAF_CHECK(shows("notification_created_total{channel=\"hook\"} 3\n"));
  CAF_CHECK(shows("notification_sent_total{channel=\"hook\"} 0\n"));
  CAF_CHECK(shows("notification_events_total{status=\"accepted\",type=\"order.paid\"} 1\n"));
  CAF_CHECK(shows("notification_failed_total{channel=\"hook\",class=\"invalid_recipient\"} 1\n"));
  CAF_CHECK(shows("notification_retry_total{channel=\"hook\"} 1\n"));
  CAF_CHECK(shows("carillon_restarts_total{actor=\"sender\"} 1\n"));
  CAF_CHECK(shows("carillon_http_requests_total{code=\"202\",route=\"/api/v1/events\"} 1\n"));
  CAF_CHECK(shows("carillon_http_request_seconds_count{route=\"/api/v1/events\"} 1\n"));
}

CAF_TEST(a delivery is counted and timed) {
  counts.sent("hook", 0.3);
  counts.sent("hook", 7000);
  CAF_CHECK(shows("notification_sent_total{channel=\"hook\"} 2\n"));
  CAF_CHECK(shows("notification_delivery_duration_seconds_count{channel=\"hook\"} 2\n"));
  CAF_CHECK(
    shows("notification_delivery_duration_seconds_bucket{channel=\"hook\",le=\"0.25\"} 0\n"));
  CAF_CHECK(
    shows("notification_delivery_duration_seconds_bucket{channel=\"hook\",le=\"0.5\"} 1\n"));
  CAF_CHECK(
    shows("notification_delivery_duration_seconds_bucket{channel=\"hook\",le=\"+Inf\"} 2\n"));
}

CAF_TEST(gauges show the last value) {
  counts.connections(7);
  counts.connections(5);
  counts.users_online(3);
  counts.mailbox_depth("ingress", 12);
  counts.queue_depth("hook", priority::urgent, 4);
  counts.dead_letters("hook", 9);
  counts.alert("failover", "hook");
  CAF_CHECK(shows("websocket_connections_active 5\n"));
  CAF_CHECK(shows("carillon_users_online 3\n"));
  CAF_CHECK(shows("carillon_mailbox_depth{actor=\"ingress\"} 12\n"));
  CAF_CHECK(shows("carillon_queue_depth{channel=\"hook\",priority=\"urgent\"} 4\n"));
  CAF_CHECK(shows("carillon_dead_letters{channel=\"hook\"} 9\n"));
  CAF_CHECK(shows("carillon_alerts_total{channel=\"hook\",kind=\"failover\"} 1\n"));
}

CAF_TEST(commits and pushes are observed) {
  counts.committed(0.002, 17);
  counts.pushed(0.0001);
  CAF_CHECK(shows("carillon_storage_commit_seconds_count 1\n"));
  CAF_CHECK(shows("carillon_storage_commit_rows_sum 17\n"));
  CAF_CHECK(shows("carillon_push_latency_seconds_bucket{le=\"0.0005\"} 1\n"));
}

CAF_TEST(of event types beyond two hundred all count as other) {
  for (int i = 0; i < 260; ++i)
    counts.event("type." + std::to_string(i), "accepted");
  counts.event("type.0", "accepted");
  CAF_CHECK_EQUAL(lines_with("notification_events_total{"), 201u);
  CAF_CHECK(shows("notification_events_total{status=\"accepted\",type=\"other\"} 60\n"));
  CAF_CHECK(shows("notification_events_total{status=\"accepted\",type=\"type.0\"} 2\n"));
}

CAF_TEST(label values are escaped) {
  counts.event("a\"b\\c\nd", "accepted");
  CAF_CHECK(shows("notification_events_total{status=\"accepted\",type=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

CAF_TEST(counts from many threads all arrive) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        counts.event("type." + std::to_string((i + t) % 300), "accepted");
        counts.retried("hook");
      }
    });
  for (auto& x : threads)
    x.join();
  CAF_CHECK(shows("notification_retry_total{channel=\"hook\"} 8000\n"));
  CAF_CHECK_EQUAL(lines_with("notification_events_total{"), 201u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace prometheus_suite

#include "adapters/prometheus.hpp"

#include "adapters/label_bound.hpp"
#include "adapters/labelled.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <string>
#include <vector>

namespace carillon {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

constexpr std::size_t most_event_types = 200;

// Bounds in seconds: a delivery may wait for retries, the others are ours alone.
const std::vector<double> delivery_bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                          2.5,   5,    10,    30,   60,  300,  1800};
const std::vector<double> own_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,   0.25,   0.5,   1,    5};
const std::vector<double> row_bounds{1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};

constexpr std::array error_classes{error_class::transient, error_class::rate_limited,
                                   error_class::invalid_credentials, error_class::invalid_recipient,
                                   error_class::invalid_request};

template <class Builder>
auto& family(prometheus::Registry& in, Builder builder, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(in);
}

}  // namespace

struct prometheus_metrics::families {
  prometheus::Registry registry;

  labelled<prometheus::Counter> created{
    family(registry, BuildCounter(), "notification_created_total",
           "Notifications created, once for each channel asked."),
    {"channel"}};
  labelled<prometheus::Counter> events{family(registry, BuildCounter(), "notification_events_total",
                                              "Events posted, by what became of them."),
                                       {"type", "status"}};
  label_bound event_types{most_event_types};
  labelled<prometheus::Counter> sent{family(registry, BuildCounter(), "notification_sent_total",
                                            "Deliveries accepted by their provider."),
                                     {"channel"}};
  labelled<prometheus::Counter> failed{family(registry, BuildCounter(), "notification_failed_total",
                                              "Deliveries given up, by error class."),
                                       {"channel", "class"}};
  labelled<prometheus::Counter> retried{family(registry, BuildCounter(), "notification_retry_total",
                                               "Attempts that failed and will be made again."),
                                        {"channel"}};
  labelled<prometheus::Histogram> delivery_seconds{
    family(registry, BuildHistogram(), "notification_delivery_duration_seconds",
           "Time from acceptance to the provider's yes."),
    {"channel"},
    delivery_bounds};
  labelled<prometheus::Counter> restarts{family(registry, BuildCounter(), "carillon_restarts_total",
                                                "Actors started again after a failure."),
                                         {"actor"}};
  labelled<prometheus::Counter> requests{
    family(registry, BuildCounter(), "carillon_http_requests_total", "HTTP requests answered."),
    {"route", "code"}};
  labelled<prometheus::Histogram> request_seconds{
    family(registry, BuildHistogram(), "carillon_http_request_seconds",
           "Time to answer an HTTP request."),
    {"route"},
    own_bounds};
  labelled<prometheus::Gauge> mailbox_depth{
    family(registry, BuildGauge(), "carillon_mailbox_depth", "Messages waiting for an actor."),
    {"actor"}};
  labelled<prometheus::Gauge> queue_depth{
    family(registry, BuildGauge(), "carillon_queue_depth", "Deliveries waiting, lane by lane."),
    {"channel", "priority"}};
  labelled<prometheus::Gauge> dead_letters{
    family(registry, BuildGauge(), "carillon_dead_letters", "Dead deliveries kept."), {"channel"}};
  labelled<prometheus::Counter> alerts{
    family(registry, BuildCounter(), "carillon_alerts_total",
           "Alerts and all-clears, those that could not be sent among them."),
    {"kind", "channel"}};

  prometheus::Histogram& commit_seconds{
    family(registry, BuildHistogram(), "carillon_storage_commit_seconds", "Time of one commit.")
      .Add({}, own_bounds)};
  prometheus::Histogram& commit_rows{family(registry, BuildHistogram(),
                                            "carillon_storage_commit_rows",
                                            "Rows written by one commit.")
                                       .Add({}, row_bounds)};
  prometheus::Histogram& push_seconds{family(registry, BuildHistogram(),
                                             "carillon_push_latency_seconds",
                                             "Time from a notification's commit to a socket.")
                                        .Add({}, own_bounds)};
  prometheus::Gauge& connections{
    family(registry, BuildGauge(), "websocket_connections_active", "Live connections open now.")
      .Add({})};
  prometheus::Gauge& users_online{
    family(registry, BuildGauge(), "carillon_users_online", "Users with a live connection now.")
      .Add({})};
  /// A node works alone and accepts nothing that it cannot store: both are 0.
  prometheus::Gauge& spooled{
    family(registry, BuildGauge(), "carillon_spooled", "Accepted and not yet stored.").Add({})};
  prometheus::Gauge& cluster_peers{
    family(registry, BuildGauge(), "carillon_cluster_peers", "Other nodes connected now.").Add({})};

  /// Begins a channel's other counters beside the one of what was created, so that rates and ratios
  /// of them have both sides.
  void open(std::string_view channel) {
    sent.of(channel);
    retried.of(channel);
    for (const auto why : error_classes)
      failed.of(channel, to_string(why));
  }
};

prometheus_metrics::prometheus_metrics() : all_(std::make_unique<families>()) {}
prometheus_metrics::~prometheus_metrics() = default;

std::string prometheus_metrics::scrape() const {
  return prometheus::TextSerializer{}.Serialize(all_->registry.Collect());
}

void prometheus_metrics::notification_created(std::string_view channel, std::int64_t count) {
  auto& of_channel = all_->created.of(channel);
  if (of_channel.Value() == 0)
    all_->open(channel);
  of_channel.Increment(static_cast<double>(count));
}

void prometheus_metrics::event(std::string_view type, std::string_view status) {
  all_->events.of(all_->event_types.admit(type), status).Increment();
}

void prometheus_metrics::sent(std::string_view channel, double accept_to_delivered_seconds) {
  all_->sent.of(channel).Increment();
  all_->delivery_seconds.of(channel).Observe(accept_to_delivered_seconds);
}

void prometheus_metrics::failed(std::string_view channel, error_class why) {
  all_->failed.of(channel, to_string(why)).Increment();
}

void prometheus_metrics::retried(std::string_view channel) {
  all_->retried.of(channel).Increment();
}

void prometheus_metrics::committed(double seconds, std::size_t rows) {
  all_->commit_seconds.Observe(seconds);
  all_->commit_rows.Observe(static_cast<double>(rows));
}

void prometheus_metrics::pushed(double commit_to_socket_seconds) {
  all_->push_seconds.Observe(commit_to_socket_seconds);
}

void prometheus_metrics::began(std::string_view actor) {
  all_->restarts.of(actor);
}

void prometheus_metrics::restarted(std::string_view actor) {
  all_->restarts.of(actor).Increment();
}

void prometheus_metrics::request(std::string_view route, int status, double seconds) {
  all_->requests.of(route, std::to_string(status)).Increment();
  all_->request_seconds.of(route).Observe(seconds);
}

void prometheus_metrics::connections(std::int64_t now) {
  all_->connections.Set(static_cast<double>(now));
}

void prometheus_metrics::users_online(std::int64_t now) {
  all_->users_online.Set(static_cast<double>(now));
}

void prometheus_metrics::mailbox_depth(std::string_view actor, std::int64_t now) {
  all_->mailbox_depth.of(actor).Set(static_cast<double>(now));
}

void prometheus_metrics::queue_depth(std::string_view channel, priority lane, std::int64_t now) {
  all_->queue_depth.of(channel, to_string(lane)).Set(static_cast<double>(now));
}

void prometheus_metrics::dead_letters(std::string_view channel, std::int64_t now) {
  all_->dead_letters.of(channel).Set(static_cast<double>(now));
}

void prometheus_metrics::alert(std::string_view kind, std::string_view channel) {
  all_->alerts.of(kind, channel).Increment();
}

}  // namespace carillon

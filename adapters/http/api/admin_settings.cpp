#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"

#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

using what_to_do = settings_request::verb;

/// Hands the request to the node's main thread, which answers it.
void hand_on(const call& c, what_to_do what) {
  auto name = url_decoded(c.in.id);
  if (!name)
    return c.answer(error{errc::not_found, "there is no such channel"});
  c.with.settings({.what = what,
                   .channel = std::move(*name),
                   .body = std::string{c.in.body},
                   .subject = c.in.who->subject,
                   .now = c.in.now,
                   .arrived = c.in.arrived,
                   .ticket = c.in.ticket,
                   .reply = c.answer.promise<stored_answer>([](stored_answer done) {
                     return reply{done.status, std::move(done.body)};
                   })});
}

}  // namespace

void list_channels(const call& c) {
  hand_on(c, what_to_do::list_channels);
}

void get_channel(const call& c) {
  hand_on(c, what_to_do::get_channel);
}

void put_channel(const call& c) {
  hand_on(c, what_to_do::put_channel);
}

void delete_channel(const call& c) {
  hand_on(c, what_to_do::delete_channel);
}

void test_channel(const call& c) {
  hand_on(c, what_to_do::test_channel);
}

void pause_channel(const call& c) {
  hand_on(c, what_to_do::pause_channel);
}

void resume_channel(const call& c) {
  hand_on(c, what_to_do::resume_channel);
}

void get_settings(const call& c) {
  hand_on(c, what_to_do::get_settings);
}

void put_settings(const call& c) {
  hand_on(c, what_to_do::put_settings);
}

void get_routes(const call& c) {
  hand_on(c, what_to_do::get_routes);
}

void put_routes(const call& c) {
  hand_on(c, what_to_do::put_routes);
}

}  // namespace carillon::http::api

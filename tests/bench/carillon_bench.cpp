// The load generators of bin/bench: one subcommand each, one line of JSON each.

#include "tests/bench/loads.hpp"
#include "tests/bench/sockets.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>

int main(int argc, char** argv) {
  using namespace carillon::bench;
  CLI::App app{"Load generators for bin/bench"};
  app.require_subcommand(1);
  target to;
  app.add_option("--port", to.port);
  app.add_option("--secret", to.secret);
  app.add_flag("--nchan", to.nchan);
  fanout wide;
  auto one = app.add_subcommand("fanout");
  one->add_option("--connections", wide.connections);
  one->add_option("--in-flight", wide.in_flight);
  one->add_option("--rounds", wide.rounds);
  one->add_option("--frame-bytes", wide.frame_bytes);
  one->add_option("--form", wide.form);
  one->add_option("--stalled", wide.stalled);
  one->add_option("--pid", wide.pid);
  durable posts;
  auto two = app.add_subcommand("durable");
  two->add_option("--connections", posts.connections);
  two->add_option("--seconds", posts.seconds);
  two->add_option("--batch", posts.batch);
  latency quick;
  auto three = app.add_subcommand("latency");
  three->add_option("--users", quick.users);
  three->add_option("--rate", quick.rate);
  three->add_option("--seconds", quick.seconds);
  idle still;
  auto four = app.add_subcommand("idle");
  four->add_option("--connections", still.connections);
  webhooks hooks;
  auto five = app.add_subcommand("webhooks");
  five->add_option("--events", hooks.events);
  raw_commits raw;
  auto six = app.add_subcommand("raw-commits");
  six->add_option("--url", raw.url)->required();
  six->add_option("--waiters", raw.waiters);
  six->add_option("--seconds", raw.seconds);
  render fill;
  auto seven = app.add_subcommand("render");
  seven->add_option("--seconds", fill.seconds);
  seven->add_flag("--html", fill.html);
  seven->add_flag("--kainjow", fill.kainjow);
  hanging sick;
  auto eight = app.add_subcommand("hanging");
  eight->add_option("--seconds", sick.seconds);
  eight->add_option("--rate", sick.rate);
  eight->add_option("--limit", sick.limit);
  eight->add_option("--pairs", sick.pairs);
  backlog waiting;
  auto nine = app.add_subcommand("backlog");
  nine->add_option("--url", waiting.url)->required();
  nine->add_option("--channel", waiting.channel);
  nine->add_option("--rows", waiting.rows);
  CLI11_PARSE(app, argc, argv);
  try {
    raise_file_limit();
    if (*one)
      run(to, wide);
    else if (*two)
      run(to, posts);
    else if (*three)
      run(to, quick);
    else if (*four)
      run(to, still);
    else if (*five)
      run(to, hooks);
    else if (*six)
      run(raw);
    else if (*seven)
      run(fill);
    else if (*eight)
      run(to, sick);
    else
      run(waiting);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "carillon_bench: %s\n", e.what());
    return 1;
  }
  return 0;
}

#include "bin/app/signals.hpp"

#include <unistd.h>
#include <csignal>
#include <ctime>

namespace carillon {

namespace {

sigset_t watched() {
  sigset_t all;
  sigemptyset(&all);
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
    sigaddset(&all, number);
  return all;
}

signals::event meaning_of(int number) {
  if (number == SIGHUP)
    return signals::event::reload;
  return number == SIGUSR1 ? signals::event::woken : signals::event::stop;
}

}  // namespace

signals::signals() {
  auto all = watched();
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

signals::event signals::next() {
  auto all = watched();
  for (;;)
    if (int number = sigwaitinfo(&all, nullptr); number > 0)
      return meaning_of(number);
}

std::optional<signals::event> signals::next_within(std::chrono::milliseconds wait) {
  auto all = watched();
  timespec limit{wait.count() / 1000, (wait.count() % 1000) * 1'000'000};
  if (int number = sigtimedwait(&all, nullptr, &limit); number > 0)
    return meaning_of(number);
  return std::nullopt;
}

void signals::wake() {
  kill(getpid(), SIGUSR1);
}

}  // namespace carillon

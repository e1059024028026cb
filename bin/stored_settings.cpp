#include "bin/stored_settings.hpp"

#include "bin/await.hpp"
#include "storage/repository.hpp"

#include <utility>

namespace carillon {

namespace {

/// A reader answers before it returns.
template <class T, class Question>
T ask_reader(storage::reader& from) {
  awaited_answer<T> told;
  query asked{Question{told.promise()}};
  from.run(asked);
  auto said = told.until(steady_time::max());
  if (!said)
    throw std::runtime_error{"what the database says of the settings cannot be read: "
                             + said.error().detail};
  return std::move(*said);
}

}  // namespace

stored_settings read_stored_settings(const std::string& url) {
  const auto from = storage::open_reader(url);
  return {ask_reader<std::vector<channel_record>, read_channels>(*from),
          ask_reader<std::map<std::string, std::string>, read_settings>(*from)};
}

std::vector<std::string> read_stored_routes(const std::string& url) {
  const auto from = storage::open_reader(url);
  return ask_reader<std::vector<std::string>, read_routes>(*from);
}

}  // namespace carillon

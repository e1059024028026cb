#pragma once

#include "adapters/http/responder.hpp"
#include "adapters/http/site.hpp"
#include "adapters/http/token_cache.hpp"
#include "adapters/live/shard.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::http {

class http_connection;

using connection_hook =
  boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// HTTP's place on one shard: what its connections there share, and where answers arrive.
class desk : public std::enable_shared_from_this<desk> {
 public:
  desk(std::shared_ptr<site> at, live::shard& on);
  ~desk();

  const std::shared_ptr<site> at;
  live::shard& on;

  /// Queues an answer for request number `request`; those that wait together are given out in one
  /// turn of the shard. Any thread.
  void put(std::shared_ptr<reply_sink> to, std::uint64_t request,
           std::shared_ptr<pending_reply> what);

  // -- for the shard's thread only ------------------------------------------------------------

  /// The wall time as the `Date` field has it.
  std::string_view date(timestamp now);

  /// Serves a new socket, or only tells it that there are too many.
  void open(stream_ptr over, live::shard::seat seat, bool full);

  /// Registers a connection; it leaves by itself.
  void enroll(http_connection& x);

  /// Closes every connection.
  void close_all();

  token_cache tokens;

 private:
  struct item {
    std::shared_ptr<reply_sink> to;
    std::uint64_t request{0};
    std::shared_ptr<pending_reply> what;
  };
  class turn;

  void give_out();
  void drop();

  std::mutex mutex_;
  std::vector<item> waiting_;
  bool announced_ = false;
  std::vector<item> working_;
  std::int64_t date_second_ = -1;
  std::string date_;
  boost::intrusive::list<http_connection, boost::intrusive::base_hook<connection_hook>,
                         boost::intrusive::constant_time_size<false>>
    connections_;
};

}  // namespace carillon::http

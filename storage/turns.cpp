#include "storage/turns.hpp"

#include "storage/digest.hpp"

namespace carillon::storage {

namespace {

digest bucket_of(const planned& one) {
  return digest_of({"throttle", one.bucket});
}

}  // namespace

bool has_turn(connection& db, const planned& one, timestamp now) {
  const auto bucket = bucket_of(one);
  std::int64_t used = 0;
  db.select("select count(*) from route_uses where bucket = :bucket and at > :since", 1,
            {{"bucket", bucket}, {"since", now - one.at_most->per}},
            [&](row& x) { used = x.number(); });
  return used < one.at_most->count;
}

bool take_turn(work& w, const planned& one, timestamp now) {
  if (!has_turn(w.db, one, now))
    return false;
  const auto bucket = bucket_of(one);
  const auto& id = one.delivery ? one.delivery->id.value : one.inbox->id.value;
  w.db.run("delete from route_uses where bucket = :bucket and at <= :since",
           {{"bucket", bucket}, {"since", now - one.at_most->per}});
  w.db.run("insert into route_uses (bucket, at, delivery_id) values (:bucket, :at, :id)",
           {{"bucket", bucket}, {"at", now}, {"id", id}});
  ++w.out.rows;
  return true;
}

}  // namespace carillon::storage

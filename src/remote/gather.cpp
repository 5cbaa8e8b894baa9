#include <algorithm>

#include "pg/call.h"
#include "remote/link.h"
#include "shim/waits.h"

namespace pgscale::remote {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenLooks{200};

std::vector<Link*> busy_ones(const std::vector<Link*>& links) {
  std::vector<Link*> busy;
  std::copy_if(links.begin(), links.end(), std::back_inserter(busy),
               [](const Link* link) { return link->is_busy(); });
  return busy;
}

using Wait = void (*)(PgsSocket* sockets, int count, std::int64_t milliseconds);

void gather_by(Wait wait, const std::vector<Link*>& links, Deadline deadline) {
  for (;;) {
    const std::vector<Link*> busy = busy_ones(links);
    if (busy.empty()) return;
    const auto left = duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      for (Link* link : busy) link->expire();
      return;
    }
    std::vector<PgsSocket> sockets;
    for (const Link* link : busy)
      sockets.push_back({link->socket(), link->wants_to_write(), false});
    const auto pause = std::min<std::int64_t>(left.count() + 1, kBetweenLooks.count());
    pg::call(wait, sockets.data(), static_cast<int>(sockets.size()), pause);
    for (std::size_t i = 0; i < busy.size(); i++) {
      if (sockets[i].ready) {
        busy[i]->advance();
      } else {
        busy[i]->look_at_time();
      }
    }
  }
}

}  // namespace

void gather(const std::vector<Link*>& links, Deadline deadline) {
  gather_by(pgs_wait_sockets, links, deadline);
}

void gather_quietly(const std::vector<Link*>& links, Deadline deadline) {
  gather_by(pgs_poll_sockets, links, deadline);
}

}  // namespace pgscale::remote

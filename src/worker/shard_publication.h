#pragma once

namespace pgscale::worker {

// Tells the process that watches the shards which ones this database has.
void publish_shards();
void publish_no_shards();

}  // namespace pgscale::worker

/*
 * A session that waits for a shard that has fallen silent would wait for
 * minutes: in postgres_fdw, in libpq, in a cancel request.  Cut off from it, it
 * gets an error at once.  Neither function raises.
 */
#pragma once

/* From now on until the end of the transaction this session may have to do with the shard. */
extern void pgs_cut_off_when_silent(int slot);

/*
 * Of the callbacks at the end of a transaction ours must come before those of
 * postgres_fdw, which wait themselves, and which it registers with its first
 * connection.  To be called after what may have made one, or certainly has.
 */
extern void pgs_cut_off_before_others(bool connected);

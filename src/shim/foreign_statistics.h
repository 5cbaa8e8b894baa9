/*
 * What the planner knows of a foreign table, as somebody else has measured it. For servers without
 * functions to import statistics, which came with 18.
 * Every function may raise an error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Pages are -1 for a partitioned table. */
extern void pgs_set_relation_statistics(uint32_t table, double rows, int32_t pages);

/* As view pg_stats shows it, arrays as text; NULL for what there is none of. */
typedef struct PgsColumnStatistics
{
	const char *column;
	double		null_frac;
	int32_t		avg_width;
	double		n_distinct;
	const char *common_values;
	const char *common_freqs;
	const char *bounds;
	const char *correlation;
} PgsColumnStatistics;

/* Takes the place of what is known of the column. */
extern void pgs_set_column_statistics(uint32_t table,
									  const PgsColumnStatistics *statistics);

#ifdef __cplusplus
}
#endif

/*
 * What objects of the catalog say, as SQL or as expressions.  No function waits
 * for a lock.  Every function may raise an error unless it says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The definition of an index from " USING" on, for CREATE INDEX on another
 * table; NULL while somebody holds a strong lock on its table.
 */
extern const char *pgs_index_definition(uint32_t index);

/* As pg_get_constraintdef(); NULL while somebody holds a strong lock on its table. */
extern const char *pgs_constraint_definition(uint32_t constraint);

/*
 * The same with all that the index under the constraint is made with: storage
 * parameters, and the tablespace, which the server does not write for exclusion
 * constraints.
 */
extern const char *pgs_whole_constraint_definition(uint32_t constraint);

/*
 * Whether two expressions, as pg_node_tree holds them, mean the same, where the
 * columns of two tables are matched by name.
 */
extern bool pgs_same_expression(const char *left, uint32_t left_table,
								const char *right, uint32_t right_table);

#ifdef __cplusplus
}
#endif

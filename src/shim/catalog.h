/* Facts of the server that C++ must know by number.  Never raises. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* OIDs of built-in types never change; catalog.c checks them against the server's headers. */
enum
{
	PGS_TYPE_BIGINT = 20,
	PGS_TYPE_SMALLINT = 21,
	PGS_TYPE_INTEGER = 23,
	PGS_TYPE_TEXT = 25,
	PGS_TYPE_CHAR = 1042,
	PGS_TYPE_VARCHAR = 1043,
	PGS_TYPE_DATE = 1082,
	PGS_TYPE_TIMESTAMP = 1114,
	PGS_TYPE_TIMESTAMPTZ = 1184,
	PGS_TYPE_NUMERIC = 1700,
	PGS_TYPE_UUID = 2950
};

/* Whether ATTACH PARTITION gives a table the parent's identity columns (server 17). */
extern bool pgs_attach_brings_identity(void);

/* Whether SQL has ANALYZE ONLY (server 18). */
extern bool pgs_analyze_knows_only(void);

#ifdef __cplusplus
}
#endif

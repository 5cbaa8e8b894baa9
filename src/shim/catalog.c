#include "postgres.h"

#include "catalog/pg_type.h"

#include "shim/catalog.h"
#include "shim/compat.h"

StaticAssertDecl(PGS_TYPE_BIGINT == INT8OID, "type OID");
StaticAssertDecl(PGS_TYPE_SMALLINT == INT2OID, "type OID");
StaticAssertDecl(PGS_TYPE_INTEGER == INT4OID, "type OID");
StaticAssertDecl(PGS_TYPE_TEXT == TEXTOID, "type OID");
StaticAssertDecl(PGS_TYPE_CHAR == BPCHAROID, "type OID");
StaticAssertDecl(PGS_TYPE_VARCHAR == VARCHAROID, "type OID");
StaticAssertDecl(PGS_TYPE_DATE == DATEOID, "type OID");
StaticAssertDecl(PGS_TYPE_TIMESTAMP == TIMESTAMPOID, "type OID");
StaticAssertDecl(PGS_TYPE_TIMESTAMPTZ == TIMESTAMPTZOID, "type OID");
StaticAssertDecl(PGS_TYPE_NUMERIC == NUMERICOID, "type OID");
StaticAssertDecl(PGS_TYPE_UUID == UUIDOID, "type OID");

bool
pgs_analyze_knows_only(void)
{
	return PGS_ANALYZE_KNOWS_ONLY;
}

bool
pgs_attach_brings_identity(void)
{
	return PGS_ATTACH_BRINGS_IDENTITY;
}

-- Tables of users as pgscale notes them. A dump has them by name; with regclass one table that is not restored would
-- take all rows with it.

CREATE TYPE pgscale.table_ref;
CREATE FUNCTION pgscale.table_ref_in(cstring) RETURNS pgscale.table_ref
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgscale_table_ref_in';
COMMENT ON FUNCTION pgscale.table_ref_in(cstring) IS 'Input of type table_ref';
CREATE FUNCTION pgscale.table_ref_out(pgscale.table_ref) RETURNS cstring
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'regclassout';
COMMENT ON FUNCTION pgscale.table_ref_out(pgscale.table_ref) IS 'Output of type table_ref';
CREATE TYPE pgscale.table_ref (INPUT = pgscale.table_ref_in, OUTPUT = pgscale.table_ref_out, LIKE = oid, CATEGORY = 'N');
COMMENT ON TYPE pgscale.table_ref IS 'A table, like regclass; one that is missing when it is read is 0, with a WARNING';
CREATE CAST (pgscale.table_ref AS oid) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (pgscale.table_ref AS regclass) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (oid AS pgscale.table_ref) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (regclass AS pgscale.table_ref) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (pgscale.table_ref AS oid) IS 'Its number';
COMMENT ON CAST (pgscale.table_ref AS regclass) IS 'The same table';
COMMENT ON CAST (oid AS pgscale.table_ref) IS 'The table of the number';
COMMENT ON CAST (regclass AS pgscale.table_ref) IS 'The same table';

CREATE FUNCTION pgscale.leave_out() RETURNS trigger
    LANGUAGE c SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'pgscale_leave_out';
COMMENT ON FUNCTION pgscale.leave_out() IS 'Keeps rows of a dump out whose table is missing, and writes that to runs';
REVOKE EXECUTE ON FUNCTION pgscale.leave_out() FROM PUBLIC;
CREATE FUNCTION pgscale.leave_template_out() RETURNS trigger
    LANGUAGE c SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'pgscale_leave_template_out';
COMMENT ON FUNCTION pgscale.leave_template_out() IS 'Takes the template out of policies of a dump where that table is missing, and writes that to runs';
REVOKE EXECUTE ON FUNCTION pgscale.leave_template_out() FROM PUBLIC;


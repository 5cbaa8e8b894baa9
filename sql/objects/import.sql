CREATE FUNCTION pgscale.import_partman(
    parent regclass DEFAULT NULL,
    dry_run boolean DEFAULT true,
    timezone text DEFAULT NULL
) RETURNS TABLE (parent text, item text, value text, mapped_to text, status text, note text, by_hand text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO' SET intervalstyle = 'postgres'
    AS 'MODULE_PATHNAME', 'pgscale_import_partman';
COMMENT ON FUNCTION pgscale.import_partman IS
'Takes over the sets of pg_partman 4 or 5, or one of them; with dry_run, which is the default, only tells what it would do. One row for each setting: mapped, ignored, unmapped (the set is taken over without it) or refused (the set is left to pg_partman). Changes no table; pg_partman''s row of a set becomes automatic_maintenance = off.';

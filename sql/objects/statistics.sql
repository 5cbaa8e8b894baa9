
-- Views that a server version lacks cannot be named in a view of ours, nor columns that came later.
CREATE FUNCTION pgscale.stat_rows(view name) RETURNS SETOF jsonb
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'pgscale_stat_rows';
COMMENT ON FUNCTION pgscale.stat_rows(name) IS
'The rows of a statistics view of pg_catalog, each as an object of its columns, with the rights of the caller; none where this server has no such view';

CREATE FUNCTION pgscale.window_start() RETURNS timestamptz
    LANGUAGE c STABLE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'pgscale_window_start';
COMMENT ON FUNCTION pgscale.window_start() IS
'Where the window begins over which the views count: pgscale.window before now, by the clock of the policies';

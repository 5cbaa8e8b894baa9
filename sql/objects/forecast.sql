
-- The history is a table of many partitions: compiling a plan for it would take longer than running it.
CREATE FUNCTION pgscale.forecast_rows()
    RETURNS TABLE (resource text, object text, current_value bigint, limit_value bigint, unit text,
                   used_pct numeric, rate_per_day numeric, eta timestamptz, eta_low timestamptz,
                   eta_high timestamptz, eta_s double precision, confidence text,
                   observed_s double precision, status text, note text)
    LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 20
    SET search_path = pg_catalog, pg_temp SET jit = off
    AS 'MODULE_PATHNAME', 'pgscale_forecast_rows';
COMMENT ON FUNCTION pgscale.forecast_rows() IS 'The rows of view forecast; part of the view';

CREATE VIEW pgscale.forecast AS
SELECT f.resource, f.object, f.current_value, f.limit_value, f.unit, f.used_pct, f.rate_per_day,
       f.eta, f.eta_low, f.eta_high, f.eta_s, f.confidence, f.observed_s, f.status, f.note
  FROM pgscale.forecast_rows() f;
COMMENT ON VIEW pgscale.forecast IS 'When each resource will run out, as the last seven days have it; what runs out first comes first';
COMMENT ON COLUMN pgscale.forecast.resource IS 'disk, connections, transaction ids, multixact ids, replication slot, sequence, table size or partitions';
COMMENT ON COLUMN pgscale.forecast.object IS 'Which one: the file system, the limit of IDs (failsafe or stop), the sequence, the table';
COMMENT ON COLUMN pgscale.forecast.current_value IS 'How much is used, at the last sample; connections: the most in the last 24 hours';
COMMENT ON COLUMN pgscale.forecast.limit_value IS 'How much there is; NULL where there is no limit, or where it is a time';
COMMENT ON COLUMN pgscale.forecast.unit IS 'Of these two: bytes, connections, transactions, multixacts, values; time where there is only an eta';
COMMENT ON COLUMN pgscale.forecast.used_pct IS 'current_value in percent of limit_value';
COMMENT ON COLUMN pgscale.forecast.rate_per_day IS 'How current_value changes in a day; below 0 when it falls';
COMMENT ON COLUMN pgscale.forecast.eta IS 'When the limit is reached at that rate; NULL: not within a year, never, or not known';
COMMENT ON COLUMN pgscale.forecast.eta_low IS 'The earliest time, by the interval of 95 percent confidence of the rate';
COMMENT ON COLUMN pgscale.forecast.eta_high IS 'The latest time likewise; NULL: not within a year';
COMMENT ON COLUMN pgscale.forecast.eta_s IS 'Seconds from now, by the clock of the policies, to eta';
COMMENT ON COLUMN pgscale.forecast.confidence IS 'high, medium or low; NULL without a trend to the limit';
COMMENT ON COLUMN pgscale.forecast.observed_s IS 'Seconds of history that the rate is taken from; NULL where none is needed or none suffices';
COMMENT ON COLUMN pgscale.forecast.status IS 'ok, or unknown: then note says why';
COMMENT ON COLUMN pgscale.forecast.note IS 'Why there is no eta, or what it depends on';
GRANT SELECT ON pgscale.forecast TO PUBLIC;

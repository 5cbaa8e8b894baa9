COMMENT ON SCHEMA @extschema@ IS 'pgscale: partitions that create and retire themselves';
GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;


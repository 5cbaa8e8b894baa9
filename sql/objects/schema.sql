-- Made here, so that it is ours alone and goes with the extension.
CREATE SCHEMA pgscale;
COMMENT ON SCHEMA pgscale IS 'pgscale: partitions that create and retire themselves';
GRANT USAGE ON SCHEMA pgscale TO PUBLIC;


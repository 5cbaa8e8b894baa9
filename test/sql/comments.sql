-- Everything in schema pgscale says what it is.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgscale;
RESET client_min_messages;
LOAD 'pgscale';

SELECT p.oid::regprocedure AS without_comment FROM pg_proc p
 WHERE p.pronamespace = 'pgscale'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL ORDER BY 1;
SELECT c.oid::regclass AS without_comment FROM pg_class c
 WHERE c.relnamespace = 'pgscale'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
   AND obj_description(c.oid, 'pg_class') IS NULL ORDER BY 1;
SELECT c.oid::regclass AS relation, a.attname AS without_comment
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = 'pgscale'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
   AND col_description(c.oid, a.attnum) IS NULL ORDER BY 1, 2;
SELECT t.oid::regtype AS without_comment FROM pg_type t
 WHERE t.typnamespace = 'pgscale'::regnamespace AND t.typrelid = 0 AND t.typelem = 0
   AND obj_description(t.oid, 'pg_type') IS NULL ORDER BY 1;
SELECT name AS without_comment FROM pg_settings WHERE name LIKE 'pgscale.%' AND coalesce(short_desc, '') = '' ORDER BY 1;
SELECT evtname AS without_comment FROM pg_event_trigger
 WHERE evtname LIKE 'pgscale%' AND obj_description(oid, 'pg_event_trigger') IS NULL ORDER BY 1;
SELECT 'schema' AS without_comment WHERE obj_description('pgscale'::regnamespace, 'pg_namespace') IS NULL;
SELECT 'extension' AS without_comment FROM pg_extension
 WHERE extname = 'pgscale' AND obj_description(oid, 'pg_extension') IS NULL;
-- everything belongs to the extension
SELECT c.oid::regclass AS no_member FROM pg_class c
 WHERE c.relnamespace = 'pgscale'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
-- the names that users rely on
\pset format unaligned
\pset tuples_only on
SELECT p.oid::regprocedure AS function, pg_get_function_arguments(p.oid) AS arguments
  FROM pg_proc p WHERE p.pronamespace = 'pgscale'::regnamespace ORDER BY p.oid::regprocedure::text;

-- The customers and their visits to the shop: the same rows in every run.
SELECT setseed(0.1) \g /dev/null

INSERT INTO customers
SELECT number,
       (ARRAY['US', 'US', 'US', 'US', 'CA', 'CA', 'MX', 'UK', 'UK', 'DE', 'DE', 'DE', 'FR', 'FR', 'ES',
              'IT', 'JP', 'JP', 'CN', 'IN', 'IN', 'SG', 'BR', 'AU'])[1 + floor(24 * random())],
       (ARRAY['Ana', 'Ben', 'Chen', 'Dana', 'Emil', 'Fatima', 'Goro', 'Hana', 'Ivan', 'Jane', 'Kofi',
              'Lena', 'Mia', 'Noor', 'Omar', 'Priya'])[1 + floor(16 * random())]
       || ' ' || chr(65 + floor(26 * random())::int) || '.'
  FROM generate_series(1, 20000) AS number;

INSERT INTO sessions
SELECT 1 + floor(20000 * random()), timestamptz '2025-11-01 00:00+00' + random() * interval '30 days',
       1 + floor(12 * random())
  FROM generate_series(1, 50000);

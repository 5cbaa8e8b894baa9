CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id integer NOT NULL,
    amount numeric(10, 2) NOT NULL CHECK (amount >= 0),
    ordered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, id)
);
CREATE INDEX ON orders (ordered_at);
INSERT INTO orders (customer_id, amount, ordered_at)
SELECT 1 + g % 10000, g % 200, timestamptz '2026-11-01' + g * interval '1 second'
  FROM generate_series(1, 300000) g;

CREATE TABLE accounts (id integer, country text NOT NULL, name text);
INSERT INTO accounts VALUES (1, 'de', 'Anna'), (2, 'fr', 'Benoit'), (3, 'us', 'Cindy');

CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price numeric NOT NULL);
INSERT INTO products VALUES (1, 'book', 10), (2, 'lamp', 40);

-- What the shop sells: 1 to 40, so that an order can pick one by number.
CREATE TABLE products (number integer PRIMARY KEY, sku text NOT NULL, price numeric(6,2) NOT NULL);

INSERT INTO products
SELECT number, kind || '-' || 100 + number, (price * (1 + number % 7 / 10.0))::numeric(6,2)
  FROM (SELECT number,
               (ARRAY['TEA', 'MUG', 'POT', 'BOOK', 'LAMP', 'SOAP', 'BAG', 'PEN'])[1 + number % 8] AS kind,
               (ARRAY[6.9, 11.5, 34, 18, 49, 4.5, 27, 2.2])[1 + number % 8] AS price
          FROM generate_series(1, 40) AS number) AS kinds;

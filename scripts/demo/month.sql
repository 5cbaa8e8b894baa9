-- The orders of one month: :month (its first day) and :orders (how many).  People buy in the evening
-- and less on weekends; every order has one to three items, and its total is their sum.
SELECT setseed(extract(epoch FROM date :'month') / 1e10) \g /dev/null

WITH calendar AS MATERIALIZED (
    -- each day as often as its weekday is busy
    SELECT array_agg(day ORDER BY day) AS days
      FROM generate_series(date :'month', (date :'month' + interval '1 month - 1 day')::date, '1 day') AS day,
           generate_series(1, (ARRAY[5, 8, 8, 8, 8, 7, 4])[1 + extract(dow FROM day)])
), shelf AS MATERIALIZED (
    SELECT array_agg(sku ORDER BY number) AS sku, array_agg(price ORDER BY number) AS price FROM products
), basket AS MATERIALIZED (
    SELECT days[1 + floor(array_length(days, 1) * random())]
           + (ARRAY[0, 1, 6, 7, 8, 8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14,
                    15, 15, 15, 16, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 19, 19, 20, 20, 20, 20,
                    20, 20, 21, 21, 21, 21, 21, 22, 22, 22, 23, 23])[1 + floor(58 * random())]
             * interval '1 hour' + random() * interval '1 hour' AS at,
           1 + floor(20000 * random() ^ 2)::int AS customer,
           random() AS fate,
           random() AS size,
           1 + floor(40 * random() ^ 2)::int AS a, 1 + floor(4 * random() ^ 3)::int AS a_qty,
           1 + floor(40 * random())::int AS b, 1 + floor(2 * random())::int AS b_qty,
           1 + floor(40 * random())::int AS c
      FROM generate_series(1, :orders), calendar
)
INSERT INTO orders (customer_id, order_date, total, status, items)
SELECT customer, at,
       a_qty * price[a] + CASE WHEN size > 0.6 THEN b_qty * price[b] ELSE 0 END
                        + CASE WHEN size > 0.9 THEN price[c] ELSE 0 END,
       CASE WHEN fate < 0.93 THEN 'delivered' WHEN fate < 0.97 THEN 'returned' ELSE 'cancelled' END,
       ('[{"sku": "' || sku[a] || '", "qty": ' || a_qty || '}'
        || CASE WHEN size > 0.6 THEN ', {"sku": "' || sku[b] || '", "qty": ' || b_qty || '}' ELSE '' END
        || CASE WHEN size > 0.9 THEN ', {"sku": "' || sku[c] || '", "qty": 1}' ELSE '' END
        || ']')::jsonb
  FROM basket, shelf;

\set customer random(1, 20000)
INSERT INTO orders (customer_id, order_date, total, status, items) VALUES (:customer, current_setting('pgscale.clock')::timestamptz + random() * interval '27 days', 6.90, 'paid', '[{"sku": "TEA-108", "qty": 1}]');

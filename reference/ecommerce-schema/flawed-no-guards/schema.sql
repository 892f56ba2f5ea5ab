-- Integrity is checked by the application.
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text,
    name text
);
CREATE TABLE categories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text
);
CREATE TABLE products (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text,
    price numeric(10, 2),
    stock int
);
CREATE TABLE product_categories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id uuid,
    category_id uuid
);
CREATE INDEX ON product_categories (product_id);
CREATE INDEX ON product_categories (category_id);
CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid,
    status text CHECK (status IN ('open', 'paid', 'sent')),
    created_at timestamptz DEFAULT now()
);
CREATE INDEX ON orders (user_id);
CREATE TABLE order_items (
    order_id uuid,
    product_id uuid,
    quantity int,
    price numeric(10, 2)
);
CREATE INDEX ON order_items (order_id);
CREATE INDEX ON order_items (product_id);

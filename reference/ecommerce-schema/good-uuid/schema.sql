-- Online shop. UUID keys, soft delete for products and users, several categories per product.
CREATE EXTENSION IF NOT EXISTS citext;

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled');
CREATE DOMAIN money_amount AS numeric(12, 2) CHECK (VALUE >= 0);

CREATE TABLE users (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         citext NOT NULL UNIQUE CHECK (email ~ '^[^@\s]+@[^@\s]+$'),
    password_hash text NOT NULL,
    full_name     text NOT NULL,
    phone         text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz
);

CREATE TABLE addresses (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    line1       text NOT NULL,
    line2       text,
    city        text NOT NULL,
    postal_code text NOT NULL,
    country     char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$')
);
CREATE INDEX addresses_user_id_idx ON addresses (user_id);

CREATE TABLE categories (
    id        uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    parent_id uuid REFERENCES categories (id) ON DELETE RESTRICT,
    name      text NOT NULL,
    slug      text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CHECK (parent_id <> id)
);
CREATE INDEX categories_parent_id_idx ON categories (parent_id);

CREATE TABLE products (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sku         text NOT NULL UNIQUE CHECK (sku ~ '^[A-Z]{3}-[0-9]{4}$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    price       money_amount NOT NULL,
    stock       integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
    attributes  jsonb NOT NULL DEFAULT '{}',
    tags        text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    deleted_at  timestamptz
);
CREATE INDEX products_low_stock_idx ON products (stock) WHERE deleted_at IS NULL;

CREATE TABLE product_categories (
    product_id  uuid NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    category_id uuid NOT NULL REFERENCES categories (id) ON DELETE RESTRICT,
    PRIMARY KEY (category_id, product_id)
);
CREATE INDEX product_categories_product_id_idx ON product_categories (product_id);

CREATE TABLE orders (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id         uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    status          order_status NOT NULL DEFAULT 'pending',
    -- the address as it was when the order was placed
    ship_to_name    text NOT NULL,
    ship_to_address text NOT NULL,
    ship_to_country char(2) NOT NULL,
    placed_at       timestamptz NOT NULL DEFAULT now(),
    paid_at         timestamptz,
    CHECK (paid_at IS NULL OR paid_at >= placed_at)
);
CREATE INDEX orders_user_id_placed_at_idx ON orders (user_id, placed_at DESC);
CREATE INDEX orders_open_idx ON orders (status, placed_at) WHERE status IN ('pending', 'paid');

CREATE TABLE order_items (
    order_id   uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES products (id) ON DELETE RESTRICT,
    quantity   integer NOT NULL CHECK (quantity > 0),
    unit_price money_amount NOT NULL,
    line_total money_amount GENERATED ALWAYS AS (quantity * unit_price) STORED,
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_items_product_id_idx ON order_items (product_id) INCLUDE (quantity, unit_price);

CREATE TABLE payments (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    order_id   uuid NOT NULL REFERENCES orders (id) ON DELETE RESTRICT,
    amount     money_amount NOT NULL,
    provider   text NOT NULL,
    paid_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payments_order_id_idx ON payments (order_id);

CREATE FUNCTION keep_placed_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.placed_at <> OLD.placed_at THEN
        RAISE EXCEPTION 'an order keeps the time at which it was placed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER orders_keep_placed_at BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION keep_placed_at();

COMMENT ON COLUMN order_items.unit_price IS 'the price at purchase, not the current one';

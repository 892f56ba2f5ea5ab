-- Names of the kind that shop frameworks use: prefix, variants between lines and products, prices and stock apart, taxons.
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE store_users (
    id bigserial PRIMARY KEY,
    email citext NOT NULL,
    encrypted_password text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX index_store_users_on_email ON store_users (email) WHERE deleted_at IS NULL;
CREATE TABLE store_addresses (
    id bigserial PRIMARY KEY,
    user_id bigint REFERENCES store_users ON DELETE SET NULL,
    firstname text NOT NULL,
    lastname text NOT NULL,
    address1 text NOT NULL,
    address2 text,
    city text NOT NULL,
    zipcode text NOT NULL,
    phone text,
    state_name text
);
CREATE TABLE store_products (
    id bigserial PRIMARY KEY,
    name text NOT NULL,
    description text,
    slug text NOT NULL UNIQUE,
    available_on timestamptz,
    deleted_at timestamptz
);
CREATE TABLE store_variants (
    id bigserial PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES store_products,
    sku text NOT NULL UNIQUE,
    weight numeric(8, 2),
    is_master boolean NOT NULL DEFAULT false,
    position integer NOT NULL DEFAULT 0
);
CREATE INDEX ON store_variants (product_id);
CREATE TABLE store_prices (
    id bigserial PRIMARY KEY,
    variant_id bigint NOT NULL REFERENCES store_variants ON DELETE CASCADE,
    amount numeric(10, 2) NOT NULL CHECK (amount >= 0),
    currency char(3) NOT NULL DEFAULT 'USD',
    UNIQUE (variant_id, currency)
);
CREATE TABLE store_stock_items (
    id bigserial PRIMARY KEY,
    variant_id bigint NOT NULL REFERENCES store_variants ON DELETE CASCADE,
    count_on_hand integer NOT NULL DEFAULT 0 CHECK (count_on_hand >= 0)
);
CREATE TABLE store_taxons (
    id bigserial PRIMARY KEY,
    parent_id bigint REFERENCES store_taxons,
    name text NOT NULL,
    permalink text NOT NULL
);
CREATE TABLE store_products_taxons (
    id bigserial PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES store_products ON DELETE CASCADE,
    taxon_id bigint NOT NULL REFERENCES store_taxons ON DELETE CASCADE,
    position integer,
    UNIQUE (product_id, taxon_id)
);
CREATE INDEX ON store_products_taxons (taxon_id);
CREATE TABLE store_orders (
    id bigserial PRIMARY KEY,
    number text NOT NULL UNIQUE,
    user_id bigint REFERENCES store_users ON DELETE SET NULL,
    email citext NOT NULL,
    state text NOT NULL DEFAULT 'cart' CHECK (state IN ('cart', 'address', 'payment', 'complete', 'canceled')),
    item_total numeric(10, 2) NOT NULL DEFAULT 0,
    adjustment_total numeric(10, 2) NOT NULL DEFAULT 0,
    total numeric(10, 2) NOT NULL DEFAULT 0,
    bill_address_id bigint REFERENCES store_addresses,
    ship_address_id bigint REFERENCES store_addresses,
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON store_orders (user_id, created_at DESC);
CREATE TABLE store_line_items (
    id bigserial PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES store_orders ON DELETE CASCADE,
    variant_id bigint NOT NULL REFERENCES store_variants ON DELETE RESTRICT,
    quantity integer NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    currency char(3) NOT NULL DEFAULT 'USD'
);
CREATE INDEX ON store_line_items (order_id);
CREATE INDEX ON store_line_items (variant_id);
CREATE TABLE store_adjustments (
    id bigserial PRIMARY KEY,
    adjustable_type text NOT NULL,
    adjustable_id bigint NOT NULL,
    order_id bigint NOT NULL REFERENCES store_orders ON DELETE CASCADE,
    amount numeric(10, 2) NOT NULL,
    label text NOT NULL
);
CREATE TABLE store_payments (
    id bigserial PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES store_orders,
    amount numeric(10, 2) NOT NULL,
    state text NOT NULL
);
CREATE TABLE store_wishlist_items (
    id bigserial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES store_users ON DELETE CASCADE,
    variant_id bigint NOT NULL REFERENCES store_variants ON DELETE CASCADE,
    quantity integer NOT NULL DEFAULT 1
);

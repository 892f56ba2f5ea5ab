-- Multi-shop catalogue: products come in variants, and a variant (an SKU) is what has a price and is sold.
CREATE SCHEMA shop;

CREATE TABLE shop.tenants (
    tenant_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    hostname   text NOT NULL UNIQUE
);

CREATE TABLE shop.customers (
    customer_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id      integer NOT NULL REFERENCES shop.tenants (tenant_id),
    email          text NOT NULL CHECK (position('@' IN email) > 1),
    password_hash  text NOT NULL,
    display_name   text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    deleted_at     timestamptz
);
-- the same address may have an account in every shop, and a new one when the old one was closed
CREATE UNIQUE INDEX customers_email_live ON shop.customers (tenant_id, lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE shop.categories (
    category_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    integer NOT NULL REFERENCES shop.tenants (tenant_id),
    name         text NOT NULL,
    position     integer NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, name)
);

CREATE TABLE shop.products (
    product_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    integer NOT NULL REFERENCES shop.tenants (tenant_id),
    title        text NOT NULL CHECK (title <> ''),
    description  text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz
);
CREATE INDEX products_tenant_live ON shop.products (tenant_id) WHERE deleted_at IS NULL;

CREATE TABLE shop.product_variants (
    variant_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id  bigint NOT NULL REFERENCES shop.products (product_id) ON DELETE CASCADE,
    sku         text NOT NULL,
    size        text,
    colour      text,
    price       numeric(12, 2) NOT NULL CHECK (price >= 0),
    stock       integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
    deleted_at  timestamptz
);
CREATE INDEX product_variants_product ON shop.product_variants (product_id, price);
CREATE UNIQUE INDEX product_variants_sku_live ON shop.product_variants (sku) WHERE deleted_at IS NULL;
CREATE INDEX product_variants_low_stock ON shop.product_variants (stock) WHERE deleted_at IS NULL;

CREATE TABLE shop.categorizations (
    category_id  bigint NOT NULL REFERENCES shop.categories (category_id) ON DELETE CASCADE,
    product_id   bigint NOT NULL REFERENCES shop.products (product_id) ON DELETE CASCADE,
    PRIMARY KEY (category_id, product_id)
);
CREATE INDEX categorizations_product ON shop.categorizations (product_id);

CREATE TYPE shop.order_state AS ENUM ('placed', 'paid', 'packed', 'shipped', 'cancelled', 'returned');

CREATE TABLE shop.orders (
    order_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id    bigint NOT NULL REFERENCES shop.customers (customer_id) ON DELETE RESTRICT,
    state          shop.order_state NOT NULL DEFAULT 'placed',
    currency       char(3) NOT NULL DEFAULT 'EUR' CHECK (currency = upper(currency)),
    shipping_name      text NOT NULL,
    shipping_street    text NOT NULL,
    shipping_postcode  text NOT NULL,
    shipping_city      text NOT NULL,
    shipping_country   char(2) NOT NULL,
    placed_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_customer_latest ON shop.orders (customer_id, placed_at DESC);
CREATE INDEX orders_open ON shop.orders (state, placed_at) WHERE state IN ('placed', 'paid', 'packed');

CREATE TABLE shop.order_items (
    order_item_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id       bigint NOT NULL REFERENCES shop.orders (order_id) ON DELETE CASCADE,
    variant_id     bigint REFERENCES shop.product_variants (variant_id) ON DELETE SET NULL,
    product_title  text NOT NULL,   -- as sold: the variant may be gone
    sku            text NOT NULL,
    quantity       integer NOT NULL CHECK (quantity > 0),
    unit_price     numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
    tax_rate       numeric(5, 4) NOT NULL CHECK (tax_rate BETWEEN 0 AND 1)
);
CREATE INDEX order_items_order ON shop.order_items (order_id);
CREATE INDEX order_items_variant ON shop.order_items (variant_id);

CREATE TABLE shop.carts (
    cart_id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer_id  bigint UNIQUE REFERENCES shop.customers (customer_id) ON DELETE CASCADE,
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shop.cart_items (
    cart_id     uuid NOT NULL REFERENCES shop.carts (cart_id) ON DELETE CASCADE,
    variant_id  bigint NOT NULL REFERENCES shop.product_variants (variant_id) ON DELETE CASCADE,
    quantity    integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (cart_id, variant_id)
);
CREATE INDEX cart_items_variant ON shop.cart_items (variant_id);

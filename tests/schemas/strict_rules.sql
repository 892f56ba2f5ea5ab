-- Every rule there is: patterns, lookup table of states, tenants, triggers in place of checks, rules over several columns.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE tenants (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    name text NOT NULL
);
CREATE TABLE customers (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id uuid NOT NULL REFERENCES tenants,
    email text NOT NULL CHECK (email ~* '^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$'),
    phone text CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    password_hash text NOT NULL CHECK (length(password_hash) >= 40),
    birth_date date CHECK (birth_date < CURRENT_DATE),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, email)
);
CREATE TABLE categories (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    name text NOT NULL,
    path text NOT NULL UNIQUE CHECK (path ~ '^/[a-z]+(/[a-z]+)*$')
);
CREATE TABLE products (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
    tenant_id uuid NOT NULL REFERENCES tenants,
    category_id uuid NOT NULL REFERENCES categories,
    sku text NOT NULL CHECK (sku ~ '^[A-Z]{2,4}[0-9]{3}-[0-9A-F]{4}$'),
    name text NOT NULL CHECK (btrim(name) <> ''),
    list_price numeric(12, 2) NOT NULL,
    price numeric(12, 2) NOT NULL,
    stock integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    CHECK (price <= list_price),
    CHECK (valid_from < valid_to),
    UNIQUE (tenant_id, sku)
);
CREATE INDEX ON products (category_id, price);
CREATE FUNCTION check_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.price < 0 OR NEW.stock < 0 THEN
        RAISE EXCEPTION 'product %: negative', NEW.name USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_product BEFORE INSERT OR UPDATE ON products FOR EACH ROW EXECUTE FUNCTION check_product();
CREATE TABLE order_states (
    code text PRIMARY KEY,
    final boolean NOT NULL
);
INSERT INTO order_states VALUES ('new', false), ('paid', false), ('sent', true);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_number text NOT NULL UNIQUE DEFAULT 'ORD-' || lpad((random() * 1e8)::int::text, 8, '0') CHECK (order_number ~ '^ORD-\d{8}$'),
    customer_id uuid NOT NULL REFERENCES customers ON DELETE RESTRICT,
    state text NOT NULL DEFAULT 'new' REFERENCES order_states,
    subtotal numeric(12, 2) NOT NULL DEFAULT 0,
    shipping numeric(12, 2) NOT NULL DEFAULT 0,
    total numeric(12, 2) NOT NULL CHECK (total = subtotal + shipping),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (customer_id, placed_at DESC);
CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    line_no integer NOT NULL CHECK (line_no BETWEEN 1 AND 999),
    product_id uuid NOT NULL REFERENCES products,
    quantity integer NOT NULL,
    unit_price numeric(12, 2) NOT NULL,
    line_total numeric(12, 2) NOT NULL CHECK (line_total = quantity * unit_price),
    PRIMARY KEY (order_id, line_no)
);
CREATE INDEX ON order_lines (product_id);
CREATE FUNCTION check_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.quantity <= 0 THEN
        RAISE EXCEPTION 'a line needs a quantity';
    ELSIF NEW.unit_price < 0 THEN
        RAISE EXCEPTION 'a price is never negative';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER check_line AFTER INSERT OR UPDATE ON order_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_line();

CREATE TABLE customers (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE
);
CREATE TABLE categories (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE suppliers (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE products (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    stock int NOT NULL CHECK (stock >= 0),
    category1_id int NOT NULL REFERENCES categories,
    category2_id int REFERENCES categories,
    category3_id int REFERENCES categories,
    image1 text,
    image2 text,
    image3 text,
    related_product_ids text,
    supplier_id int REFERENCES suppliers,
    supplier_name text
);
CREATE INDEX ON products (category1_id);
CREATE INDEX ON products (category2_id);
CREATE INDEX ON products (category3_id);
CREATE TABLE orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers,
    main_product_id int REFERENCES products,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'sent')),
    ordered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (customer_id);
CREATE TABLE order_lines (
    order_id int NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id int NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_lines (product_id);

-- V2: what is sold. Products are known by the number on their label.
CREATE TABLE category (
    code varchar(20) NOT NULL,
    label varchar(80) NOT NULL
);

CREATE TABLE product (
    sku varchar(16) NOT NULL,
    category_code varchar(20) NOT NULL,
    name varchar(160) NOT NULL,
    unit_price numeric(8, 2) NOT NULL,
    weight_grams integer
);

ALTER TABLE category
    ADD CONSTRAINT category_pkey PRIMARY KEY (code),
    ADD CONSTRAINT category_label_key UNIQUE (label);

ALTER TABLE product ADD CONSTRAINT product_pkey PRIMARY KEY (sku);
ALTER TABLE product ADD CONSTRAINT product_category_fkey FOREIGN KEY (category_code) REFERENCES category (code) ON UPDATE CASCADE;
ALTER TABLE product ADD CHECK (unit_price >= 0);
ALTER TABLE product ADD CONSTRAINT product_weight_check CHECK (weight_grams > 0) NOT VALID;
ALTER TABLE product VALIDATE CONSTRAINT product_weight_check;

CREATE INDEX product_category_price_idx ON product (category_code, unit_price);

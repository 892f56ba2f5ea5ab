CREATE TABLE customer (
  email         varchar(254) PRIMARY KEY,
  display_name  varchar(80) NOT NULL,
  phone1        varchar(20),
  phone2        varchar(20)
);
CREATE TABLE category (
  name varchar(60) PRIMARY KEY
);
CREATE TABLE product (
  sku           varchar(20) PRIMARY KEY,
  name          varchar(200) NOT NULL,
  price         money NOT NULL CHECK (price >= 0::money),
  qty_on_hand   int NOT NULL CHECK (qty_on_hand >= 0),
  category_name varchar(60) NOT NULL REFERENCES category(name) ON UPDATE CASCADE
);
CREATE TABLE sales_order (
  order_no      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_email varchar(254) NOT NULL REFERENCES customer(email) ON UPDATE CASCADE,
  order_date    timestamptz NOT NULL DEFAULT now(),
  state         varchar(10) NOT NULL
);
CREATE TABLE sales_order_line (
  order_no      bigint NOT NULL REFERENCES sales_order(order_no),
  line_no       smallint NOT NULL,
  product_sku   varchar(20) NOT NULL,
  quantity      int NOT NULL CHECK (quantity > 0),
  unit_price    money NOT NULL,
  PRIMARY KEY (order_no, line_no)
);
CREATE INDEX ON sales_order (customer_email);
CREATE INDEX ON product (category_name);
CREATE INDEX ON customer (email);

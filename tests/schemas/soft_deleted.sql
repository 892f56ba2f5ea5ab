-- Nothing is deleted for good: deleted_at / is_active.
CREATE TABLE member (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email varchar(320) NOT NULL,
  is_deleted boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX member_email ON member (lower(email)) WHERE NOT is_deleted;
CREATE TABLE category (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, deleted_at timestamptz);
CREATE TABLE product (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  price numeric(9,2) NOT NULL CHECK (price > 0),
  stock int NOT NULL DEFAULT 0 CHECK (stock >= 0),
  is_active boolean NOT NULL DEFAULT true,
  deleted_at timestamptz,
  CHECK (deleted_at IS NULL OR NOT is_active)
);
CREATE TABLE product_category (product_id int REFERENCES product, category_id int REFERENCES category, PRIMARY KEY (product_id, category_id));
CREATE INDEX ON product_category (category_id);
CREATE TABLE order_status (code char(1) PRIMARY KEY, label text NOT NULL UNIQUE);
INSERT INTO order_status VALUES ('N','new'),('P','paid'),('S','sent');
CREATE TABLE purchase_order (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id int NOT NULL REFERENCES member,
  created_at timestamptz NOT NULL DEFAULT now(),
  status_code char(1) NOT NULL REFERENCES order_status(code) DEFAULT 'N',
  is_deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX ON purchase_order (member_id, created_at) WHERE NOT is_deleted;
CREATE TABLE purchase_order_item (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purchase_order_id bigint NOT NULL REFERENCES purchase_order ON DELETE CASCADE,
  product_id int NOT NULL REFERENCES product,
  quantity int NOT NULL CHECK (quantity > 0),
  price numeric(9,2) NOT NULL CHECK (price >= 0),
  UNIQUE (purchase_order_id, product_id)
);
CREATE INDEX ON purchase_order_item (product_id);
CREATE FUNCTION soft_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE %I SET deleted_at = now(), is_active = false WHERE id = $1', TG_TABLE_NAME) USING OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER keep BEFORE DELETE ON product FOR EACH ROW EXECUTE FUNCTION soft_delete();
CREATE RULE keep_member AS ON DELETE TO member DO INSTEAD UPDATE member SET is_deleted = true WHERE id = OLD.id;

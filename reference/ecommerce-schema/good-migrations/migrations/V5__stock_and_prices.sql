-- V5: stock, and what things cost when
ALTER TABLE product ADD COLUMN stock integer NOT NULL DEFAULT 0;
ALTER TABLE product ADD CONSTRAINT product_stock_check CHECK (stock >= 0);
ALTER TABLE product ADD COLUMN reorder_level integer NOT NULL DEFAULT 5 CHECK (reorder_level >= 0);
CREATE INDEX product_low_stock_idx ON product (stock);

CREATE TABLE price_history (
    sku varchar(16) NOT NULL REFERENCES product (sku) ON UPDATE CASCADE ON DELETE CASCADE,
    valid_from timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    unit_price numeric(8, 2) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (sku, valid_from)
);

CREATE FUNCTION remember_price() RETURNS trigger AS $body$
BEGIN
    INSERT INTO price_history (sku, unit_price) VALUES (NEW.sku, NEW.unit_price)
    ON CONFLICT (sku, valid_from) DO UPDATE SET unit_price = EXCLUDED.unit_price;
    RETURN NEW;
END;
$body$ LANGUAGE plpgsql;

CREATE TRIGGER product_price_history
    AFTER INSERT OR UPDATE OF unit_price ON product
    FOR EACH ROW EXECUTE FUNCTION remember_price();

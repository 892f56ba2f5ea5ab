CREATE TABLE usuarios (id SERIAL PRIMARY KEY, correo VARCHAR(255) NOT NULL, activo BOOLEAN NOT NULL DEFAULT TRUE);
CREATE UNIQUE INDEX usuarios_correo ON usuarios (lower(correo)) WHERE activo;
CREATE TABLE categorias (id SERIAL PRIMARY KEY, nombre TEXT NOT NULL);
CREATE TABLE productos (id SERIAL PRIMARY KEY, nombre TEXT NOT NULL, precio NUMERIC(10,2) NOT NULL CHECK (precio >= 0), existencias INT NOT NULL CHECK (existencias >= 0), activo BOOLEAN NOT NULL DEFAULT TRUE);
CREATE TABLE producto_categoria (producto_id INT REFERENCES productos, categoria_id INT REFERENCES categorias, PRIMARY KEY (categoria_id, producto_id));
CREATE TABLE pedidos (id BIGSERIAL PRIMARY KEY, usuario_id INT NOT NULL REFERENCES usuarios, estado TEXT NOT NULL DEFAULT 'carrito' CHECK (estado IN ('carrito','confirmado','pagado','enviado')), realizado_en TIMESTAMPTZ, borrado BOOLEAN NOT NULL DEFAULT FALSE);
CREATE INDEX ON pedidos (usuario_id, realizado_en) WHERE estado <> 'carrito' AND NOT borrado;
CREATE TABLE lineas_pedido (pedido_id BIGINT NOT NULL REFERENCES pedidos ON DELETE CASCADE, producto_id INT NOT NULL REFERENCES productos, cantidad INT NOT NULL CHECK (cantidad > 0), precio NUMERIC(10,2) NOT NULL CHECK (precio >= 0), PRIMARY KEY (pedido_id, producto_id));
CREATE INDEX ON lineas_pedido (producto_id);

-- Loja: nomes em português.
CREATE TABLE tb_cliente (
    id_cliente serial PRIMARY KEY,
    nome varchar(100) NOT NULL,
    correio_eletronico varchar(200),
    email varchar(254) NOT NULL UNIQUE,
    telefone varchar(20),
    senha varchar(100) NOT NULL,
    data_cadastro timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tb_categoria (
    id_categoria serial PRIMARY KEY,
    nome varchar(80) NOT NULL,
    id_categoria_pai int REFERENCES tb_categoria (id_categoria)
);
CREATE TABLE tb_produto (
    id_produto serial PRIMARY KEY,
    nome varchar(150) NOT NULL,
    descricao text,
    preco numeric(10, 2) NOT NULL CHECK (preco >= 0),
    quantidade_estoque int NOT NULL DEFAULT 0 CHECK (quantidade_estoque >= 0)
);
CREATE TABLE tb_produto_categoria (
    id_produto int NOT NULL REFERENCES tb_produto ON DELETE CASCADE,
    id_categoria int NOT NULL REFERENCES tb_categoria,
    PRIMARY KEY (id_produto, id_categoria)
);
CREATE INDEX idx_produto_categoria ON tb_produto_categoria (id_categoria);
CREATE TABLE tb_pedido (
    id_pedido serial PRIMARY KEY,
    id_cliente int NOT NULL REFERENCES tb_cliente,
    situacao varchar(20) NOT NULL DEFAULT 'aberto' CHECK (situacao IN ('aberto', 'pago', 'enviado', 'cancelado')),
    data_pedido timestamptz NOT NULL DEFAULT now(),
    valor_total numeric(12, 2) NOT NULL DEFAULT 0 CHECK (valor_total >= 0)
);
CREATE INDEX idx_pedido_cliente ON tb_pedido (id_cliente, data_pedido DESC);
CREATE TABLE tb_itens_pedido (
    id_pedido int NOT NULL REFERENCES tb_pedido ON DELETE CASCADE,
    id_produto int NOT NULL REFERENCES tb_produto,
    quantidade int NOT NULL CHECK (quantidade > 0),
    preco_unitario numeric(10, 2) NOT NULL CHECK (preco_unitario >= 0),
    PRIMARY KEY (id_pedido, id_produto)
);
CREATE INDEX idx_itens_produto ON tb_itens_pedido (id_produto);
CREATE TABLE tb_endereco (
    id_endereco serial PRIMARY KEY,
    id_cliente int NOT NULL REFERENCES tb_cliente ON DELETE CASCADE,
    rua text NOT NULL,
    cidade text NOT NULL,
    estado char(2) NOT NULL,
    cep varchar(9) NOT NULL
);

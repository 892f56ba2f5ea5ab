"""The tables of a shop are found whatever they are called, and nothing else is taken for them."""

from __future__ import annotations

import pytest
from schema_answers import GOOD, SCHEMAS, changed

from grader.sql.schema import ddl
from grader.sql.schema.matcher import Match, concept_of, match
from grader.sql.schema.splitter import split


def matched(sql: str, **named: str) -> Match:
    return match(ddl.read(split(sql, "s.sql")).schema, named)


def tables(found: Match) -> dict[str, str]:
    return {concept: role.table for concept, role in found.roles.items()}


EXPECTED = {
    "portuguese": "tb_cliente tb_produto tb_categoria tb_pedido tb_itens_pedido tb_produto_categoria",
    "german": "kunde artikel kategorie bestellung bestellposition",
    "warehouse_benchmark": "customer part - orders lineitem",
    "storefront": "store_users store_products store_taxons store_orders store_line_items store_products_taxons",
    "music_shop": "Customer Track Genre Invoice InvoiceLine",
    "dumped": "shop.accounts shop.articles shop.departments shop.order shop.order_position",
    "strict_rules": "customers products categories orders order_lines",
    "split_users": "customer product category sales_order sales_order_line product_category",
    "forum": "members",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_tables_are_found_in_any_style(name: str) -> None:
    concepts = ("user", "product", "category", "order", "order_line", "product_category")
    expected = {c: t for c, t in zip(concepts, EXPECTED[name].split(), strict=False) if t != "-"}
    assert tables(matched((SCHEMAS / f"{name}.sql").read_text(encoding="utf-8"))) == expected


def test_carts_and_wish_lists_are_not_orders() -> None:
    found = matched((SCHEMAS / "split_users.sql").read_text(encoding="utf-8"))
    assert found.helpers["cart_item"] == "cart"
    assert found.helpers["shopping_cart"] == "cart"


def test_a_shop_with_carts_but_without_orders_has_no_orders() -> None:
    found = matched("""
        CREATE TABLE users (id int PRIMARY KEY, email text);
        CREATE TABLE products (id int PRIMARY KEY, name text, price numeric);
        CREATE TABLE carts (id int PRIMARY KEY, user_id int REFERENCES users, created_at timestamptz);
        CREATE TABLE cart_items (cart_id int REFERENCES carts, product_id int REFERENCES products, quantity int);
    """)
    assert "order" not in found.roles
    assert "order_line" not in found.roles
    assert not found.doubtful


def test_what_the_submission_names_goes_before_names() -> None:
    sql = changed(("orders", "things"), ("order_items", "thing_parts"))
    assert tables(matched(sql, order="things", order_line="thing_parts"))["order_line"] == "thing_parts"


def test_a_table_that_cannot_be_it_is_not_believed() -> None:
    sql = GOOD + "CREATE TABLE score (points int, percent numeric);"
    found = matched(sql, user="score", order_line="score")
    assert found.roles["user"].table == "users"
    assert found.roles["order_line"].table == "order_items"


def test_words_nobody_knows_are_doubt_and_not_absence() -> None:
    found = matched("""
        CREATE TABLE osoby (nr serial PRIMARY KEY, imie text NOT NULL);
        CREATE TABLE rzeczy (nr serial PRIMARY KEY, nazwa text NOT NULL, kwota numeric(10, 2) NOT NULL);
        CREATE TABLE koszty (nr serial PRIMARY KEY, osoba_nr int REFERENCES osoby, kiedy timestamptz);
        CREATE TABLE pozycje (koszt_nr int REFERENCES koszty, rzecz_nr int REFERENCES rzeczy, ile int, kwota numeric);
    """)
    assert not found.roles
    assert "pozycje" in found.doubtful["order_line"]


def test_what_is_plainly_missing_is_not_doubtful() -> None:
    found = matched(changed(("CREATE TABLE categories", "CREATE TABLE addresses"), ("REFERENCES categories", "")))
    assert "category" not in found.roles
    assert "category" not in found.doubtful


def test_an_unlinked_table_of_order_items_is_still_one() -> None:
    found = matched("""
        CREATE TABLE users (id serial PRIMARY KEY, name text);
        CREATE TABLE products (id serial PRIMARY KEY, name text, price numeric);
        CREATE TABLE orders (id serial PRIMARY KEY, total numeric, created_at timestamptz);
        CREATE TABLE order_items (id serial PRIMARY KEY, item text, quantity int, price numeric);
    """)
    assert found.roles["order_line"].table == "order_items"


def test_a_low_confidence_is_said() -> None:
    found = matched(changed(("users", "people")))
    assert found.roles["user"].table == "people"
    assert found.roles["user"].confidence < matched(GOOD).roles["user"].confidence


@pytest.mark.parametrize(
    ("name", "concept"),
    [("CUSTOMER", "user"), ("OrderLine", "order_line"), ("PEDIDO", "order"), ("Shopping-Cart", ""), ("Warehouse", "")],
)
def test_entities_of_a_drawing_are_known_by_name(name: str, concept: str) -> None:
    assert concept_of(name) == concept


LANGUAGES = {
    "hungarian": (
        "vevok termekek kategoriak rendelesek rendeles_tetelek",
        (
            "nev text, email text",
            "nev text, ar int, keszlet int, kategoria_id int",
            "nev text",
            "datum date, vevo_id int",
        ),
        "rendeles_id int, termek_id int, mennyiseg int",
    ),
    "vietnamese": (
        "khach_hang san_pham loai_san_pham don_hang chi_tiet_don_hang",
        ("ho_ten text, email text", "ten text, don_gia numeric", "ten text", "ngay_dat date"),
        "don_hang_id int, san_pham_id int, so_luong int",
    ),
    "finnish": (
        "asiakkaat tuotteet tuoteryhma tilaukset tilausrivit",
        ("nimi text, sahkoposti text", "nimi text, hinta numeric", "nimi text", "paivays date"),
        "maara int, hinta numeric",
    ),
    "russian": (
        "Клиенты Товары Категории Заказы Позиции_Заказа",
        ("Имя text, Почта text", "Название text, Цена numeric", "Название text", "Дата date"),
        "Количество int, Цена numeric",
    ),
    "romaji": (
        "kokyaku shohin bunrui chumon chumon_meisai",
        ("namae text, meeru text", "namae text, kakaku int, zaiko int", "namae text", "hizuke date"),
        "suryo int, tanka int",
    ),
    "korean": (
        "회원 상품 카테고리 주문 주문상세",
        ("이름 text, 이메일 text", "이름 text, 가격 int", "이름 text", "주문일시 timestamptz"),
        "수량 int, 가격 int",
    ),
    "modules": (
        "ums_member pms_product pms_category oms_order oms_order_item",
        ("username text, phone text", "name text, price numeric", "name text", "create_time timestamptz"),
        "product_quantity int, product_price numeric",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_languages_and_scripts_are_understood(language: str) -> None:
    names, columns, line = LANGUAGES[language]
    user, product, category, order, lines = (f'"{name}"' for name in names.split())
    script = f"""
        CREATE TABLE {user} (id int PRIMARY KEY, {columns[0]});
        CREATE TABLE {category} (id int PRIMARY KEY, {columns[2]});
        CREATE TABLE {product} (id int PRIMARY KEY, {columns[1]}, k int REFERENCES {category});
        CREATE TABLE {order} (id int PRIMARY KEY, {columns[3]}, o int REFERENCES {user});
        CREATE TABLE {lines} (a int REFERENCES {order}, p int REFERENCES {product}, {line}, PRIMARY KEY (a, p));
    """
    assert list(tables(matched(script)).values()) == [
        name.strip('"') for name in (user, product, category, order, lines)
    ]


def test_words_about_customers_are_not_customers() -> None:
    found = matched("""
        CREATE TABLE customer_demographics (id int PRIMARY KEY, gender text, purchase_estimate int);
        CREATE TABLE customer (id int PRIMARY KEY, demographics_id int REFERENCES customer_demographics, email text);
        CREATE TABLE item (id int PRIMARY KEY, name text, price numeric);
        CREATE TABLE store_orders (id int PRIMARY KEY, customer_id int REFERENCES customer, placed_at timestamptz);
        CREATE TABLE order_lines (order_id int REFERENCES store_orders, item_id int REFERENCES item, quantity int);
    """)
    assert tables(found)["user"] == "customer"
    assert "customer_demographics" not in tables(found).values()


@pytest.mark.parametrize("name", ["useracct", "sys_user", "tbl_users", "AppUser"])
def test_users_are_known_without_a_reference(name: str) -> None:
    assert tables(matched(f'CREATE TABLE "{name}" (id int PRIMARY KEY, name text, password text);')) == {"user": name}


def test_what_balances_of_money_are_kept_in_is_no_user_and_no_order() -> None:
    found = matched("""
        CREATE TABLE customers (id int PRIMARY KEY, fullname text, email text);
        CREATE TABLE accounts (id int PRIMARY KEY, kind text, balance numeric, customer_id int REFERENCES customers);
        CREATE TABLE transactions (id int PRIMARY KEY, account_id int REFERENCES accounts, amount numeric, made date);
    """)
    assert tables(found) == {"user": "customers"}


def test_the_customer_bought_where_a_user_typed() -> None:
    found = matched(
        changed(("user_id bigint NOT NULL REFERENCES users", "user_id bigint REFERENCES users, customer_id bigint"))
        + "CREATE TABLE customers (id bigint PRIMARY KEY, name text, user_id bigint REFERENCES users);"
        + "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;"
    )
    assert found.roles["user"].table == "customers"


def test_details_that_count_nothing_and_sell_nothing_are_no_lines() -> None:
    found = matched("""
        CREATE TABLE customers (id int PRIMARY KEY, email text);
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric);
        CREATE TABLE invoice_details (id int PRIMARY KEY, order_id int REFERENCES orders, address text, issued date);
    """)
    assert "order_line" not in found.roles


def test_a_table_of_stock_does_not_link_products_and_categories() -> None:
    found = matched(GOOD + "CREATE TABLE stock_items (product_id bigint, category_id bigint, quantity int);")
    assert found.roles["product_category"].table != "stock_items"


def test_an_uncertain_table_is_only_said_to_be_possible() -> None:
    found = matched("""
        CREATE TABLE zorks (id int PRIMARY KEY, blip text, quux numeric(10, 2));
        CREATE TABLE grobs (id int PRIMARY KEY, flim int, zork_id int REFERENCES zorks);
    """)
    assert not found.roles
    assert "zorks" in found.doubtful["product"]


def test_whole_amounts_in_unknown_words_are_doubt_too() -> None:
    found = matched("""
        CREATE TABLE shina (id int PRIMARY KEY, fuga text, hoge int);
        CREATE TABLE kau (id int PRIMARY KEY, hi timestamptz);
        CREATE TABLE kau_shina (kau_id int REFERENCES kau, shina_id int REFERENCES shina, kazu int);
    """)
    assert "shina" in found.doubtful["product"]
    assert "kau_shina" in found.doubtful["order_line"]


def test_tables_set_aside_are_taken_for_nothing_else() -> None:
    sql = changed(("order_items", "baggage"))
    assert matched(sql).roles["order_line"].table == "baggage"
    found = matched(sql, cart="baggage")
    assert found.helpers["baggage"] == "cart"
    assert "order_line" not in found.roles


def test_empty_tables_with_the_right_names_are_no_shop() -> None:
    found = matched("CREATE TABLE order_items (id int PRIMARY KEY); CREATE TABLE categories (id int PRIMARY KEY);")
    assert not found.roles


def test_tables_with_nothing_in_them_are_neither_users_nor_products() -> None:
    found = matched("""
        CREATE TABLE users (id int PRIMARY KEY);
        CREATE TABLE products (id int PRIMARY KEY);
        CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
        CREATE TABLE order_items (order_id int REFERENCES orders, product_id int REFERENCES products);
    """)
    assert not {"user", "product"} & set(found.roles)


def test_one_table_is_not_taken_twice_when_it_was_named_once() -> None:
    found = matched(
        """
        CREATE TABLE users (id int PRIMARY KEY, email text, password text);
        CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users, status text, created_at timestamptz);
        CREATE TABLE comments (post_id int REFERENCES posts, user_id int REFERENCES users, body text);
        """,
        user="users",
        order="posts",
        order_line="comments",
        product="users",
    )
    assert list(tables(found).values()).count("users") == 1
    assert "order_line" not in found.roles


def test_a_cart_whose_rows_belong_to_an_order_is_where_its_lines_are() -> None:
    found = matched(changed(("order_items", "basket")))
    assert found.roles["order_line"].table == "basket"
    both = matched(GOOD + "CREATE TABLE cart_items (order_id bigint, product_id bigint, quantity int, price numeric);")
    assert both.roles["order_line"].table == "order_items"

"""Scripts for MySQL and SQLite are read clause by clause, and nothing is lost silently."""

from __future__ import annotations

import pytest

from grader.evidence.catalog import Table
from grader.evidence.schema import Dialect
from grader.sql.schema import ddl, shadow
from grader.sql.schema.dialect import resembled, sniffed
from grader.sql.schema.dialects.splitter import split
from grader.sql.schema.written import Written


def read(sql: str, dialect: Dialect = "mysql") -> Written:
    return ddl.read(split(sql, "s.sql", dialect), dialect)


def table(sql: str, dialect: Dialect = "mysql", name: str = "t") -> Table:
    written = read(sql, dialect)
    assert written.unread == ()
    found = written.schema.table(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("type_", "family", "args"),
    [
        ("INT(11) UNSIGNED ZEROFILL", "int", ()),
        ("MEDIUMINT", "int", ()),
        ("TINYINT(1)", "bool", ()),
        ("TINYINT(4)", "smallint", ()),
        ("BOOLEAN", "bool", ()),
        ("DECIMAL", "numeric", (10, 0)),
        ("DECIMAL(12,2) UNSIGNED", "numeric", (12, 2)),
        ("FLOAT(10,2)", "float", ()),
        ("DOUBLE PRECISION", "float", ()),
        ("NATIONAL VARCHAR(20)", "varchar", (20,)),
        ("CHAR", "char", (1,)),
        ("LONGTEXT CHARACTER SET utf8mb4", "text", ()),
        ("DATETIME(6)", "timestamp", ()),
        ("TIMESTAMP", "timestamptz", ()),
        ("BINARY(16)", "bytes", ()),
        ("JSON", "json", ()),
        ("YEAR", "smallint", ()),
    ],
)
def test_types_of_mysql_come_in_the_families_of_the_catalog(type_: str, family: str, args: tuple[int, ...]) -> None:
    column = table(f"CREATE TABLE t (x {type_} NULL);").columns[0]
    assert (column.family, column.args) == (family, args)


@pytest.mark.parametrize(
    ("type_", "family", "args"),
    [
        ("", "text", ()),
        ("INTEGER", "bigint", ()),
        ("UNSIGNED BIG INT", "bigint", ()),
        ("VARCHAR(20)", "text", ()),
        ("REAL", "float", ()),
        ("DECIMAL(10,2)", "numeric", (10, 2)),
        ("BOOLEAN", "bool", ()),
        ("DATETIME", "timestamp", ()),
        ("BLOB", "bytes", ()),
        ("WHATEVER", "numeric", ()),
    ],
)
def test_types_of_sqlite_are_what_its_columns_hold(type_: str, family: str, args: tuple[int, ...]) -> None:
    column = table(f"CREATE TABLE t (x {type_} NOT NULL, y TEXT);", "sqlite").columns[0]
    assert (column.family, column.args) == (family, args)


def test_a_type_is_remembered_as_it_was_written() -> None:
    columns = table("CREATE TABLE t (a INT  UNSIGNED, e ENUM('x', 'it''s'));").columns
    assert [column.called for column in columns] == ["int unsigned", "enum"]
    assert columns[1].enum == ("x", "it's")
    assert table("CREATE TABLE t (a);", "sqlite").columns[0].called == "no type"


def test_a_small_number_that_counts_is_no_truth_value() -> None:
    found = table("CREATE TABLE t (stars TINYINT(1) CHECK (stars BETWEEN 1 AND 5), seen TINYINT(1) DEFAULT 1);")
    assert [column.family for column in found.columns] == ["smallint", "bool"]


def test_what_a_dump_hides_from_others_is_read() -> None:
    found = table("CREATE TABLE t (a INT /*!80023 INVISIBLE */, b INT) /*!50100 PARTITION BY HASH (a) PARTITIONS 2 */;")
    assert [column.name for column in found.columns] == ["a", "b"]


def test_comments_of_columns_and_tables_are_kept() -> None:
    found = table(
        "CREATE TABLE t (a INT COMMENT 'in cents; net', # not this\n b INT -- nor this\n) COMMENT='the ''t''';"
    )
    assert [column.comment for column in found.columns] == ["in cents; net", ""]
    assert found.comment == "the 't'"


def test_unsigned_refuses_what_is_below_zero() -> None:
    rules = table("CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT UNSIGNED);").checks
    assert [(rule.text, rule.columns) for rule in rules] == [('"n" >= 0', ("n",))]


def test_a_foreign_key_brings_its_index_unless_one_begins_with_it() -> None:
    sql = "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (a INT, b INT, KEY k (b, a), {} REFERENCES p (id));"
    bare = table(sql.format("CONSTRAINT f FOREIGN KEY (a)"))
    assert [(index.name, index.keys) for index in bare.indexes] == [("k", ("b", "a")), ("f", ("a",))]
    assert len(table(sql.format("FOREIGN KEY (b)")).indexes) == 1


def test_references_that_mysql_ignores_are_none() -> None:
    written = read("CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (p_id INT REFERENCES p (id));")
    assert [found.foreign_keys for found in written.schema.tables] == [(), ()]
    assert "`t.p_id`" in written.caveats[0]
    old = (
        "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES p (id)) ENGINE=MyISAM;"
    )
    assert "myisam" in read(old).caveats[0]


def test_a_rule_that_is_not_enforced_is_none() -> None:
    written = read("CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 0) NOT ENFORCED, CHECK (a < 9) ENFORCED);")
    assert [rule.text for rule in written.schema.tables[0].checks] == ['"a" < 9']
    assert "NOT ENFORCED" in written.caveats[0]


def test_mysql_refuses_a_reference_between_two_sizes() -> None:
    written = read("CREATE TABLE p (id BIGINT PRIMARY KEY); CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES p (id));")
    (problem,) = written.unread
    assert problem.wrong
    assert "`t.a` is int, but `p.id` is bigint" in problem.why
    assert written.schema.tables[1].foreign_keys == ()


def test_texts_are_compared_as_their_collation_says() -> None:
    found = table(
        "CREATE TABLE t (a VARCHAR(9), b VARCHAR(9) COLLATE utf8mb4_bin, c VARCHAR(9) BINARY, d INT) "
        "DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_0900_ai_ci;"
    )
    assert [column.any_case for column in found.columns] == [True, False, False, False]
    other = table("CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT);", "sqlite")
    assert [column.any_case for column in other.columns] == [True, False]


def test_what_alter_table_changes_is_changed() -> None:
    found = table(
        "CREATE TABLE t (a INT, b VARCHAR(5), old INT); "
        "ALTER TABLE t ADD PRIMARY KEY (a), MODIFY a INT AUTO_INCREMENT, "
        "CHANGE b name VARCHAR(50) NOT NULL FIRST, DROP COLUMN old, ADD COLUMN (c INT, d INT), ADD UNIQUE KEY u (c), "
        "ADD CONSTRAINT k CHECK (d > 0), ALGORITHM=INPLACE; CREATE UNIQUE INDEX e ON t ((lower(name)), c DESC);"
    )
    assert [(c.name, c.args, c.nullable, c.identity) for c in found.columns[:2]] == [
        ("a", (), False, "by default"),
        ("name", (50,), False, ""),
    ]
    assert ([c.name for c in found.columns[2:]], found.primary_key) == (["c", "d"], ("a",))
    assert (found.uniques[0].columns, found.checks[0].columns) == (("c",), ("d",))
    assert (found.indexes[0].keys, found.indexes[0].shape) == (('(LOWER("name"))', "c"), '(LOWER("name")), "c" DESC')


def test_the_clauses_of_sqlite_are_read() -> None:
    sql = """
        CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
        CREATE TABLE t (
          a INT REFERENCES p ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, b TEXT UNIQUE ON CONFLICT IGNORE,
          PRIMARY KEY (a, b) CHECK (b GLOB 'x*')
          FOREIGN KEY (b) REFERENCES p (id)
        ) WITHOUT ROWID;
        CREATE INDEX i ON t (b COLLATE NOCASE DESC) WHERE a IS NOT NULL;
    """
    found = table(sql, "sqlite")
    assert [(key.columns, key.references, key.on_delete) for key in found.foreign_keys] == [
        (("a",), ("id",), "CASCADE"),
        (("b",), ("id",), "NO ACTION"),
    ]
    assert (found.primary_key, found.checks[0].text) == (("a", "b"), "\"b\" ~ '^x.*$'")
    assert found.indexes[0].where == 'NOT "a" IS NULL'
    assert table(sql, "sqlite", "p").columns[0].identity == "by default"


def test_bodies_of_triggers_are_no_statements() -> None:
    mysql = "DELIMITER $$\nCREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END$$\nDELIMITER ;\n"
    bare = (
        "CREATE TRIGGER h AFTER UPDATE ON t FOR EACH ROW BEGIN IF 1 THEN SET @a = 1; END IF; "
        "CASE 1 WHEN 1 THEN SET @b = 2; END CASE; END;"
    )
    made = "CREATE TABLE t (a INT); "
    assert [t.name for t in table(made + mysql + bare + "CREATE TABLE z (a INT);").triggers] == ["g", "h"]
    lite = "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT CASE WHEN 1 THEN RAISE(ABORT, 'no;') END; END;"
    found = table(made + lite, "sqlite").triggers[0]
    assert (found.name, str(found.place)) == ("g", "s.sql:1:40")


@pytest.mark.parametrize(
    ("sql", "dialect", "why"),
    [
        ("CREATE TABLE t (a INT, b INT SOMETHING ELSE);", "mysql", "near `SOMETHING ELSE"),
        ("CREATE TABLE t (a INT, b NUMBER(5));", "mysql", "MySQL has no such type"),
        ("CREATE TABLE t (a INT,);", "mysql", ""),
        ("CREATE TABLE t (a INT", "sqlite", "not closed"),
        ("SOURCE more.sql", "mysql", "not known"),
        ("CREATE TABLE t AS SELECT 1;", "sqlite", ""),
    ],
)
def test_what_is_not_understood_is_handed_back_with_its_place(sql: str, dialect: Dialect, why: str) -> None:
    (problem,) = read(sql, dialect).unread
    assert why in problem.why
    assert not problem.wrong
    assert problem.place.line == 1


def test_one_unknown_clause_costs_only_itself() -> None:
    written = read("CREATE TABLE t (id INT PRIMARY KEY, odd WHAT NOT, name TEXT, UNIQUE (name));")
    assert [column.name for column in written.schema.tables[0].columns] == ["id", "name"]
    assert (written.unread[0].table, written.unread[0].place.column) == ("t", 41)


def test_what_surely_fails_is_said_to_be_wrong() -> None:
    wrong = read("ALTER TABLE nowhere ADD a INT; CREATE TABLE t (a INT); CREATE TABLE t (b INT);").unread
    assert [(problem.wrong, problem.why) for problem in wrong] == [
        (True, "the table `t` is there already"),
        (True, "there is no table `nowhere`"),
    ]


def test_data_and_settings_are_passed_over_with_the_reason() -> None:
    aside = read("USE shop; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); SET NAMES utf8;").aside
    assert [item.text.split()[0] for item in aside] == ["USE", "INSERT", "SET"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE `users` (`id` INTEGER PRIMARY KEY, `at` TEXT DEFAULT (datetime('now')), `x` GLOB);", "sqlite"),
        (
            "CREATE TABLE `users` (`id` INTEGER PRIMARY KEY, `e` TEXT COLLATE NOCASE CHECK (typeof(`e`) > ''));",
            "sqlite",
        ),
        ("CREATE TABLE users (id INT UNSIGNED NOT NULL, KEY k (id), s ENUM('a'));", "mysql"),
        (
            "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, at timestamptz); COMMENT ON TABLE t IS 'x';",
            "postgres",
        ),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);", "postgres"),
        ("CREATE TABLE t (a text COLLATE \"C\"); SELECT 'a'::text;", "postgres"),
    ],
)
def test_the_dialect_with_most_marks_is_taken(sql: str, expected: str) -> None:
    assert sniffed(sql) == expected


def copy(sql: str, dialect: Dialect = "mysql") -> str:
    return shadow.text(shadow.shadow(read(sql, dialect), dialect))


def test_nothing_of_the_candidates_text_is_run() -> None:
    made = copy("CREATE TABLE `a\"; DROP TABLE x; --` (`b\"c` INT DEFAULT (sleep(9)), d VARCHAR(9) DEFAULT 'it''s');")
    assert made == (
        'CREATE TABLE "a""; DROP TABLE x; --" (\n    "b""c" integer,\n    "d" varchar(9) DEFAULT \'it\'\'s\'\n);\n'
    )


def test_a_key_that_knows_no_case_refuses_the_other_one_in_the_copy() -> None:
    assert 'CREATE UNIQUE INDEX "any case: t e" ON "t" (lower("e"));' in copy("CREATE TABLE t (e VARCHAR(9) UNIQUE);")
    assert "lower" not in copy("CREATE TABLE t (e VARCHAR(9) COLLATE utf8mb4_bin UNIQUE);")
    assert 'lower("e")' in copy("CREATE TABLE t (e TEXT COLLATE NOCASE UNIQUE);", "sqlite")


def test_names_of_indexes_may_repeat_from_table_to_table() -> None:
    made = copy("CREATE TABLE a (x INT, KEY k (x)); CREATE TABLE b (x INT, KEY k (x));")
    assert 'CREATE INDEX "k" ON "a"' in made
    assert 'CREATE INDEX "b.k" ON "b"' in made


def test_references_stand_where_mysql_looks_for_their_table() -> None:
    sql = "CREATE TABLE a (x INT, FOREIGN KEY (x) REFERENCES b (id)); CREATE TABLE b (id INT PRIMARY KEY);"
    assert copy(sql).index("REFERENCES") < copy(sql).index('CREATE TABLE "b"')
    for late in (copy(f"SET FOREIGN_KEY_CHECKS = 0; {sql}"), copy(sql, "sqlite")):
        assert late.index("REFERENCES") > late.index('CREATE TABLE "b"')


def test_every_statement_of_the_copy_points_into_the_script() -> None:
    statements = shadow.shadow(read("CREATE TABLE a (\n  x INT,\n  CHECK (x > 0)\n);"), "mysql")
    assert [str(statement.place(12, 3)) for statement in statements] == ["s.sql:1:14", "s.sql:3:3"]


@pytest.mark.parametrize(
    ("dialect", "rule", "said"),
    [
        ("mysql", "a REGEXP '^x'", "\"a\" ~* '^x'"),
        ("mysql", "a IN (_utf8mb4'x', 'y')", "\"a\" IN ('x', 'y')"),
        ("mysql", "b = 1 OR b = 0", '"b" = TRUE OR "b" = FALSE'),
        ("sqlite", "typeof(a) = 'text' AND length(a) > 2", 'TRUE AND LENGTH("a") > 2'),
        ("sqlite", "a IN (\"x\", 'y')", "\"a\" IN ('x', 'y')"),
        ("sqlite", "a GLOB '[0-9]?-*'", "\"a\" ~ '^[0-9].\\-.*$'"),
    ],
)
def test_conditions_are_carried_over(dialect: Dialect, rule: str, said: str) -> None:
    assert f"CHECK ({said})" in copy(f"CREATE TABLE t (a VARCHAR(9), b BOOLEAN, CHECK ({rule}));", dialect)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("CREATE TABLE t (id INT AUTO_INCREMENT, name TEXT);", "begins no key (error 1075): `id`"),
        ("CREATE TABLE t (id INT PRIMARY KEY, name TEXT UNIQUE);", "without a length (error 1170): `name`"),
        ("CREATE TABLE t (id INT PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');", "no expression in parentheses"),
        (
            "CREATE TABLE t (a INT PRIMARY KEY, b INT NOT NULL, FOREIGN KEY (b) REFERENCES t (a) ON DELETE SET NULL);",
            "MySQL refuses SET NULL for `t.b`, which is NOT NULL",
        ),
    ],
)
def test_what_mysql_is_documented_to_refuse_is_told(sql: str, why: str) -> None:
    (problem,) = read(sql).unread
    assert problem.wrong
    assert why in problem.why


def test_what_mysql_takes_is_not_told_to_be_refused() -> None:
    sql = """
        CREATE TABLE t (id INT AUTO_INCREMENT, a TEXT, b TEXT DEFAULT ('x'), c JSON DEFAULT NULL, d BIGINT UNSIGNED,
            KEY (id), KEY (a(20)), UNIQUE (b(9)), FULLTEXT (a, b));
        CREATE TABLE u (id SERIAL PRIMARY KEY, up BIGINT UNSIGNED,
            FOREIGN KEY (up) REFERENCES u (id) ON DELETE SET NULL);
    """
    assert read(sql).unread == ()


@pytest.mark.parametrize("dialect", ["mysql", "sqlite"])
@pytest.mark.parametrize(
    "sql",
    [
        "/*! " * 100_000,
        "/*/" * 300_000,
        "CREATE TABLE t (a INT DEFAULT '" + "\\'" * 40_000,
        "CREATE TABLE t (a INT CHECK (" + "(" * 2_400 + "a" + ")" * 2_400 + "));",
        "CREATE TABLE t (" + ",".join(f"c{n} BOOLEAN CHECK (c{n} IN (0, 1))" for n in range(600)) + ");",
        "CREATE TABLE t (" + ",".join(f"c{n} INT" for n in range(4_000)) + ");",
        "CREATE TABLE t (a INT," + ",".join("UNIQUE (a)" for n in range(1_000)) + ");",
        "CREATE TRIGGER " + "a b " * 20_000,
        "`" * 99_999,
        " " * 2_000_000 + "x",
    ],
    ids=range(10),
)
def test_hostile_text_ends_soon(dialect: Dialect, sql: str) -> None:
    written = read(sql, dialect)
    assert shadow.text(shadow.shadow(written, dialect)) is not None
    assert sniffed(sql) in ("postgres", "mysql", "sqlite")


def test_the_forms_of_dumps_and_tools_are_read() -> None:
    written = read("""
        SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO"; START TRANSACTION;
        CREATE TABLE IF NOT EXISTS `mydb`.`t` (`id` int(11) NOT NULL,
          `made` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
          `where` /*!50705 GEOMETRY */ /*!80003 SRID 0 */ /*!50705 NOT NULL */,
          `j` longtext CHECK (json_valid(`j`)), INDEX `i` (`made` ASC) VISIBLE)
        ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_general_ci;
        ALTER TABLE `t` ADD PRIMARY KEY (`id`), COMMENT = 'x';
        ALTER TABLE `t` MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=4;
        CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` VIEW b AS SELECT 1;
        COMMIT;
    """)
    (found,) = written.schema.tables
    assert written.unread == ()
    assert [column.name for column in found.columns] == ["id", "made", "where", "j"]
    assert (found.columns[0].identity, found.primary_key, found.comment) == ("by default", ("id",), "x")


@pytest.mark.parametrize(
    "key",
    [
        'PRIMARY KEY("id" AUTOINCREMENT)',
        "PRIMARY KEY (id ASC)",
        "PRIMARY KEY(id DESC) ON CONFLICT REPLACE",
        "CONSTRAINT pk PRIMARY KEY ('id' ASC AUTOINCREMENT) ON CONFLICT FAIL",
    ],
)
@pytest.mark.parametrize("column", ['"id" INTEGER', '"id" INTEGER NOT NULL UNIQUE'])
def test_a_key_of_sqlite_in_a_clause_of_its_own_numbers_its_rows(column: str, key: str) -> None:
    found = table(f"CREATE TABLE t ({column}, n TEXT, {key});", "sqlite")
    assert found.primary_key == ("id",)
    assert found.columns[0].numbered
    assert not found.columns[0].nullable


def test_a_key_over_the_beginning_of_a_text_is_a_key_over_its_column() -> None:
    assert table("CREATE TABLE t (e VARCHAR(90), PRIMARY KEY USING BTREE (e(20)));").primary_key == ("e",)


@pytest.mark.parametrize(
    ("sql", "dialect", "word"),
    [
        ("CREATE TABLE t (id INT, PRIMARY KEY (id AUTOINCREMENT));", "sqlite", "INTEGER PRIMARY KEY"),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTO_INCREMENT);", "sqlite", "spelt AUTOINCREMENT"),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);", "mysql", "spelt AUTO_INCREMENT"),
    ],
)
def test_numbering_that_the_database_does_not_know_is_refused(sql: str, dialect: Dialect, word: str) -> None:
    (problem,) = read(sql, dialect).unread
    assert problem.wrong
    assert word in problem.why


def test_a_collation_makes_another_index() -> None:
    written = read("CREATE TABLE t (e TEXT UNIQUE);\nCREATE INDEX i ON t (e COLLATE NOCASE);", "sqlite")
    assert 'CREATE INDEX "i" ON "t" ((lower("e")));' in shadow.text(shadow.shadow(written, "sqlite"))


def test_the_collation_that_the_column_has_anyway_makes_no_other_index() -> None:
    index = table("CREATE TABLE t (e TEXT COLLATE NOCASE);\nCREATE INDEX i ON t (e COLLATE NOCASE);", "sqlite")
    assert index.indexes[0].keys == ("e",)
    exact = table("CREATE TABLE t (e TEXT COLLATE NOCASE);\nCREATE INDEX i ON t (e COLLATE BINARY);", "sqlite")
    assert exact.indexes[0].keys == ('("e" COLLATE "C")',)


def test_a_collation_in_an_index_of_mysql_is_heeded_too() -> None:
    found = table("CREATE TABLE t (e VARCHAR(9) COLLATE utf8mb4_bin, KEY i ((e COLLATE utf8mb4_0900_ai_ci)));")
    assert found.indexes[0].keys == ('(lower("e"))',)
    found = table("CREATE TABLE t (e VARCHAR(9), KEY i ((e COLLATE utf8mb4_0900_ai_ci)));")
    assert found.indexes[0].keys == ("e",)


MYISAM = """
CREATE TABLE p (id INT PRIMARY KEY) ENGINE=MyISAM;
{}CREATE TABLE t (p_id INT, FOREIGN KEY (p_id) REFERENCES p (id));
"""


def test_a_foreign_key_to_a_table_that_keeps_none_is_refused() -> None:
    written = read(MYISAM.format(""))
    assert [(problem.wrong, problem.table, "1824" in problem.why) for problem in written.unread] == [(True, "t", True)]
    found = written.schema.table("t")
    assert found is not None
    assert found.foreign_keys == ()
    assert [index.keys for index in found.indexes] == [("p_id",)]  # one root cause: mended, it brings its index


def test_a_foreign_key_that_was_not_looked_at_is_ignored() -> None:
    written = read(MYISAM.format("SET FOREIGN_KEY_CHECKS = 0;\n"))
    assert written.unread == ()
    assert any("MySQL ignores the foreign key `t.p_id`" in caveat for caveat in written.caveats)
    again = read(MYISAM.format("SET FOREIGN_KEY_CHECKS = 0;\nSET FOREIGN_KEY_CHECKS = 1;\n"))
    assert len(again.unread) == 1


def test_numbers_within_a_group_are_no_fault_in_myisam() -> None:
    sql = "CREATE TABLE t (o INT, n INT AUTO_INCREMENT, PRIMARY KEY (o, n)) ENGINE={};"
    assert read(sql.format("MyISAM")).unread == ()
    assert len(read(sql.format("InnoDB")).unread) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a INT, KEY i (a) INVISIBLE);",
        "CREATE TABLE t (a INT);\nCREATE INDEX i ON t (a) INVISIBLE;",
        "CREATE TABLE t (a INT, KEY i (a));\nALTER TABLE t ALTER INDEX i INVISIBLE;",
    ],
)
def test_an_invisible_index_is_none_for_look_ups(sql: str) -> None:
    written = read(sql)
    found = written.schema.table("t")
    assert found is not None
    assert [index.method for index in found.indexes] == ["invisible"]
    assert any("INVISIBLE" in caveat for caveat in written.caveats)
    assert "INDEX" not in shadow.text(shadow.shadow(written, "mysql"))


def test_an_index_that_was_made_visible_again_is_one() -> None:
    found = table("CREATE TABLE t (a INT, KEY i (a) INVISIBLE);\nALTER TABLE t ALTER INDEX i VISIBLE;")
    assert [index.method for index in found.indexes] == ["btree"]


def test_an_invisible_index_still_refuses_what_is_there_twice() -> None:
    written = read("CREATE TABLE t (a INT, UNIQUE KEY u (a) INVISIBLE);")
    found = written.schema.table("t")
    assert found is not None
    assert found.unique_sets() == (("a",),)
    made = shadow.text(shadow.shadow(written, "mysql"))
    assert 'CREATE UNIQUE INDEX "no look-up: u" ON "t" ((ARRAY["a"])) WHERE "a" IS NOT NULL;' in made


def test_what_could_not_be_read_is_quoted_in_whole_words_with_closed_brackets() -> None:
    (problem,) = read("CREATE TABLE t (id INT, KEY k (id) SOMEHOW (a, b) AND_VERY_STRANGELY_INDEED_IT_IS);").unread
    assert problem.why == "this clause is not known, near `SOMEHOW (a, b)`"
    (problem,) = read("CREATE TABLE t (id INT, PRIMARY KEY (id SOMEHOW));").unread
    assert problem.why == "this part of a key is not known, near `SOMEHOW`"


@pytest.mark.parametrize(
    ("sql", "declared", "other"),
    [
        ("CREATE TABLE t (id INT AUTO_INCREMENT) ENGINE=InnoDB;", "sqlite", "mysql"),
        ("CREATE TABLE `t` (`id` INT) ENGINE=InnoDB;", "postgres", "mysql"),
        ("PRAGMA foreign_keys = ON;\nCREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);", "mysql", "sqlite"),
        ("CREATE TABLE `t` (`id` INT UNSIGNED, n TINYINT, m TIMESTAMPTZ);", "sqlite", None),
        ("CREATE TABLE t (id serial, at timestamptz);", "postgres", None),
        ("CREATE TABLE t (id INT UNSIGNED);", "postgres", None),
    ],
)
def test_a_script_may_look_like_another_dialect_than_the_declared_one(
    sql: str, declared: Dialect, other: Dialect | None
) -> None:
    assert resembled(sql, declared) == other


@pytest.mark.parametrize(
    ("key", "carried"),
    [
        ("lower(\n  e\n)", '(LOWER("e"))'),
        ("(e) || (f)", '(("e") || ("f"))'),
        ("(e) COLLATE NOCASE", '(lower("e"))'),
        ("lower(e) COLLATE NOCASE DESC", '(LOWER("e"))'),
    ],
)
def test_an_expression_of_an_index_is_taken_whole(key: str, carried: str) -> None:
    found = table(f"CREATE TABLE t (e TEXT, f TEXT);\nCREATE INDEX i ON t ({key});", "sqlite")
    assert found.indexes[0].keys == (carried,)

from __future__ import annotations

import pytest
from query_samples import EXPLANATION, given_plan, hash_plan, new_plan, plan

from grader.sql.query.claims import Claim, Ground, claims
from grader.sql.query.explained import effects, is_english, names_any_object, plan_readings
from grader.sql.query.plan import read_plan
from grader.sql.query.prose import paragraphs, sentences

GROUND = Ground(
    given=read_plan(given_plan()),
    final=read_plan(new_plan()),
    others=(read_plan(hash_plan()),),
    tables={"customers": ("id", "company_id"), "orders": ("id", "customer_id", "placed_at")},
    added={"orders_customer_id_idx": ("orders", "customer_id"), "orders_date_idx": ("orders", "placed_at")},
    existing=("orders_pkey",),
    named="CREATE INDEX orders_customer_id_idx ON orders (customer_id)",
    gain=300.0,
)


def verdicts(text: str, ground: Ground = GROUND) -> list[str]:
    return [claim.verdict for claim in claims(text, ground)]


def contradicted(text: str, ground: Ground = GROUND) -> list[Claim]:
    return [claim for claim in claims(text, ground) if claim.verdict == "contradicted"]


CORRECT = [
    EXPLANATION,
    "The original plan has a Seq Scan on orders below a SubPlan with loops=100; it removed 9,997 rows each time.",
    "Seq Scan on `orders` is replaced by an Index Scan using orders_customer_id_idx.",
    "The sequential scan on orders no longer happens. `orders_customer_id_idx` is used instead.",
    "customers is still read by a Seq Scan, which is fine for 100 rows.",
    "I considered idx_orders_status_date, but it would not be used, so I left it out.",
    "I did not add orders_total_idx: no query needs it.",
    "An index like orders_placed_at_idx might help if the date range were selective.",
    "I tried orders_covering_idx and dropped it again.",
    "There is no spill: nothing goes to temporary files.",
    "A full table scan of orders was needed for every customer before.",
    "It is about 300x faster. Time: 900 ms before, 3 ms after.",
    "## Before\n\nSeq Scan on orders, 100 loops.\n\n## After\n\nIndex Scan using orders_customer_id_idx, 3 rows.",
    "| step | plan |\n| --- | --- |\n| before | Seq Scan on orders |\n| after | Index Scan on orders |",
    "Avant: Seq Scan sur orders pour chaque client. Maintenant un Index Scan sur orders avec orders_customer_id_idx.",
    "Vorher las ein Seq Scan die Tabelle orders für jede Zeile, jetzt nutzt der Plan orders_customer_id_idx.",
    "Antes había un Seq Scan en orders por cada cliente; ahora se usa orders_customer_id_idx.",
    "The primary key orders_pkey stays as it is.",
    "Without the rewrite, the index alone gives 40 ms; without the index the hash join gives 9 ms.",
    "```\nSeq Scan on nothing_idx (never_idx)\nSort Method: external merge  Disk: 9kB\n```",
    "The work_mem setting was not touched because the sort never spilled.",
    "12,345 buffers were hit in my run, 987654 rows were filtered.",
    "Instead of 100 Seq Scans on customers there is now only one.",
    "The repeated Seq Scan on customers is gone: it is read once.",
    "I kept the Seq Scan on customers instead of an index.",
    "The Seq Scan on customers could be avoided with an index on company_id.",
    "The subqueries no longer do a Seq Scan on customers each.",
    "Statt 100 Seq Scans auf customers gibt es nur noch einen.",
    "Au lieu de 100 Seq Scan sur customers il n'y en a plus qu'un.",
    "I first created idx_orders_date2 and removed it again.",
    "Ein Index idx_orders_date2 wäre überflüssig.",
    "Zuerst hatte ich idx_orders_date2 angelegt und wieder verworfen.",
    "J'ai d'abord créé idx_orders_date2, puis je l'ai supprimé.",
    "Un índice idx_orders_date2 sería inútil.",
    "Before there never was a Seq Scan on products.",
]


@pytest.mark.parametrize("text", CORRECT)
def test_a_correct_explanation_in_any_wording_is_never_contradicted(text: str) -> None:
    assert contradicted(text) == []


FALSE = [
    ("The new index `orders_status_idx` is used for orders.", "there is no index orders_status_idx"),
    ("The query now uses idx_orders_total.", "there is no index idx_orders_total"),
    ("The new plan reads orders through orders_date_idx.", "no plan uses the index orders_date_idx"),
    ("The original plan spilled to disk.", "no plan uses temporary files"),
    ("The old query wrote temporary files because of an external merge.", "no plan uses temporary files"),
    ("The Seq Scan on customers is gone.", "the new plan still has a Seq Scan on customers"),
    ("customers is now found without a sequential scan.", "the new plan still has a Seq Scan on customers"),
]


@pytest.mark.parametrize(("text", "because"), FALSE)
def test_what_the_plans_show_otherwise_is_contradicted(text: str, because: str) -> None:
    assert [claim.because for claim in contradicted(text)] == [because]


@pytest.mark.parametrize(
    "text",
    [
        "Avant, pas de Seq Scan sur orders.",
        "In the old plan a Seq Scan on orders is avoided.",
        "A Seq Scan on orders was my first suspicion.",
        "Could the original plan do a Seq Scan on orders?",
    ],
)
def test_a_denied_or_supposed_scan_of_the_given_plan_is_not_contradicted(text: str) -> None:
    other = Ground(given=read_plan(new_plan()), final=GROUND.final, tables=GROUND.tables, gain=2.0)
    assert contradicted(text, other) == []


def test_loops_are_no_claim_of_a_gain() -> None:
    same = Ground(given=GROUND.given, final=GROUND.given, tables=GROUND.tables, gain=1.0)
    assert contradicted("The subplan still runs 44x.", same) == []


def test_a_gain_where_there_is_none_is_contradicted() -> None:
    same = Ground(given=GROUND.given, final=GROUND.given, tables=GROUND.tables, gain=1.0)
    assert verdicts("The query is now much faster.", same) == ["contradicted"]
    assert verdicts("The query is not faster.", same) == []


def test_a_scan_that_the_given_plan_does_not_have_is_contradicted() -> None:
    other = Ground(given=read_plan(new_plan()), final=GROUND.final, tables=GROUND.tables, gain=2.0)
    assert verdicts("The original plan does a Seq Scan on orders.", other) == ["contradicted"]


def test_numbers_are_near_or_not_checkable_but_never_held_against_anybody() -> None:
    near, other = claims("9,900 rows in 2024.\n\n123,456,789 rows", GROUND)
    assert (near.verdict, near.because) == ("confirmed in part", "9,900 is near a number of the plans")
    assert other.verdict == "not checkable"
    assert near.about == ("figure",)
    assert other.about == ()


@pytest.mark.parametrize(
    "text",
    [
        "A Seq Scan on orders runs once per customer in every subquery.",
        "Before, each of the five subqueries did a Seq Scan on orders.",
        "Vorher las jede Unterabfrage orders mit einem Seq Scan.",
    ],
)
def test_a_claim_about_every_or_each_is_confirmed_in_part_and_says_what_was_checked(text: str) -> None:
    (claim,) = claims(text, GROUND)
    assert claim.verdict == "confirmed in part"
    assert "Seq Scan on orders: yes before, no after (for how many or how often was not checked)" in claim.because


def test_a_sentence_is_one_claim_however_much_it_says_and_however_often() -> None:
    text = "Seq Scan on orders, 9,997 rows removed, is replaced by orders_customer_id_idx."
    found = claims(f"{text} {text}\n\n{text}", GROUND)
    assert [claim.text for claim in found] == [text]
    assert set(found[0].about) == {"index", "scan", "node", "figure"}


def test_what_a_sentence_says_wrong_outweighs_what_it_says_right() -> None:
    (claim,) = claims("The Seq Scan on orders is gone, orders_x_idx is used.", GROUND)
    assert (claim.verdict, claim.because) == ("contradicted", "there is no index orders_x_idx")


def test_indexes_subqueries_and_nodes_are_compared_without_their_names() -> None:
    found = claims(
        "An index on orders (customer_id) finds them. The subqueries on orders are gone. "
        "The Nested Loop feeds the Aggregate. A Merge Join reads orders twice. A Merge Join would read orders again.",
        GROUND,
    )
    assert [claim.because.split(";")[0] for claim in found] == [
        "there is an index on orders (customer_id) and a plan uses it",
        "subqueries on orders ran up to 100 times before, none after",
        "Aggregate: yes before, yes after",
        "none of our plans has a Merge Join",
        "it is supposed, not said of these plans",
    ]


def test_a_gain_in_figures_is_not_called_confirmed_for_its_figure() -> None:
    assert verdicts("It is 12x faster.") == ["confirmed in part"]
    assert verdicts("It is faster.") == ["confirmed"]


def test_text_is_cut_into_paragraphs_items_and_sentences() -> None:
    text = (
        "# Head\nOne line\nwraps. Second!\n\n- item a\n- item b\n  goes on\n\n| x | y |\n```sql\nSELECT 1;\n```\nEnd."
    )
    assert paragraphs(text) == [
        "# Head",
        "One line wraps. Second!",
        "- item a",
        "- item b goes on",
        "| x | y |",
        "End.",
    ]
    assert sentences("A b. C d! E") == ["A b.", "C d!", "E"]


def explained(text: str, *, index: float = 50, rewrite: float = 50) -> list[bool]:
    return [effect.named for effect in effects(text, GROUND, index_gain=index, rewrite_gain=rewrite)]


@pytest.mark.parametrize(
    "text",
    [
        EXPLANATION,
        "orders was scanned again for each customer.\n\nThe index on customer_id finds them.",
        "Die korrelierte Unterabfrage las orders für jede Zeile. Der Index auf customer_id findet sie direkt.",
        "La sous-requête lit orders pour chaque client; l'index sur customer_id évite cela.",
        "La subconsulta lee orders por cada cliente. El índice sobre customer_id lo evita.",
        "N+1 on orders -> LEFT JOIN + GROUP BY.\n\norders_customer_id_idx: new index.",
    ],
)
def test_what_made_the_difference_is_recognised_in_many_words(text: str) -> None:
    assert explained(text) == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "I added indexes and rewrote the query following best practices.",
        "Seq scan, nested loop, hash join, spill, work_mem, statistics, index scan, sargable.",
        "The table orders is now queried in a better way.",
        "```\nSubPlan 1: Seq Scan on orders, loops=100, index orders_customer_id_idx on customer_id\n```",
        "Score: 100/100. All claims agree with the plans.",
    ],
)
def test_boilerplate_keywords_and_pasted_plans_explain_nothing(text: str) -> None:
    assert explained(text) == [False, False]


def test_a_nested_loop_is_no_word_for_what_ran_again() -> None:
    assert explained("The Nested Loop on orders is fine.", index=1.0) == [False]
    assert explained("A Seq Scan on orders, 44 loops.", index=1.0) == [True]


def test_only_what_made_a_difference_is_asked_for() -> None:
    assert explained("orders_customer_id_idx is a new index.", rewrite=1.0) == [True]
    assert explained("A correlated subquery on orders was removed.", index=1.0) == [True]
    assert explained("", index=1.0, rewrite=1.0) == []


def explained_beside(text: str) -> list[bool]:
    wrong = {claim.text for claim in contradicted(text)}
    assert wrong
    return [effect.named for effect in effects(text, GROUND, index_gain=1.0, rewrite_gain=9.0, wrong=wrong)]


def test_a_contradicted_sentence_explains_nothing_and_voids_no_other() -> None:
    assert explained_beside("Joins on orders are done once. The old plan spilled to disk.") == [True]
    assert explained_beside("The old plan spilled to disk once for each row of orders.") == [False]
    assert explained_beside("I rewrote the joins, so orders fits into memory. The old plan spilled to disk.") == [False]


READINGS = [
    "The Seq Scan on orders ran for each customer.",
    "SubPlan 1 took most of the time because it ran 100 times.",
    "Nested Loop over customers, probing orders by index.",
    "| before | Seq Scan on orders |",
    "Seq Scan on orders → Index Scan",
    "Ein Hash Join ersetzt die SubPlans, weil jede Tabelle einmal gelesen wird.",
    "Seq Scan on `o`, 100 loops",
    "SubPlan は customers の各行ごとに Seq Scan していた。",
    "The hash join became a nested loop.",
]


@pytest.mark.parametrize("text", READINGS)
def test_a_sentence_about_a_node_and_an_object_or_a_cause_reads_the_plan(text: str) -> None:
    assert plan_readings(text, GROUND) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Seq Scan, Index Scan, Hash Join, Sort.",
        "- Seq Scan\n- Index Scan\n- Hash Join",
        "Nodes: Seq Scan, Nested Loop, Hash Join, Sort, Aggregate.",
        "Seq Scan, Hash Join, orders, customers.",
        "```\nSeq Scan on orders (actual rows=3 loops=100)\n```",
        "I read the plans and rewrote the query on orders.",
    ],
)
def test_lists_of_nodes_and_pasted_plans_read_nothing(text: str) -> None:
    assert plan_readings(text, GROUND) == []


def test_the_language_of_a_text_is_told_apart_when_it_is_long_enough() -> None:
    german = "Die Abfrage liest die Tabelle orders für jede Zeile erneut und verwirft dabei fast alles. " * 4
    assert not is_english(german)
    assert is_english("The query reads the table for each of the rows and throws most of it away. " * 4)
    assert is_english("kurz")


def test_objects_are_tables_columns_and_indexes() -> None:
    assert names_any_object("the customer_id column", GROUND)
    assert not names_any_object("```\norders\n```\nbest practices", GROUND)


def test_an_index_that_only_another_field_of_the_two_by_two_uses_is_no_lie() -> None:
    with_dates = plan("Index Scan", rows=3, Relation_Name="orders", Index_Name="orders_date_idx", Shared_Hit_Blocks=3)
    ground = Ground(given=GROUND.given, final=GROUND.final, others=(read_plan(with_dates),), added=GROUND.added)
    assert verdicts("The given query uses orders_date_idx.", ground) == ["confirmed"]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("The index is used.", True),
        ("Der Plan liest die Tabelle jetzt nur einmal und der Index wird genutzt.", False),
        ("Le plan lit la table une seule fois avec les index.", False),
        ("Запрос читает таблицу один раз.", False),
        ("原查询对每个客户重复扫描,现在只扫描一次。", False),
        ("Seq Scan, SubPlan, Hash Join, HashAggregate.", True),
    ],
)
def test_short_texts_in_other_languages_are_recognised(text: str, english: bool) -> None:  # noqa: FBT001 - an example
    assert is_english(text) is english


def test_an_index_named_with_its_column_is_explained_without_the_word() -> None:
    assert explained(
        "orders_customer_id_idx (customer_id) finds them; subqueries on orders ran once per customer."
    ) == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("orders was read 100 times before.", "orders was read again 100 times on our data, 100 in the text"),
        ("The subplan on orders has loops=44.", "orders was read again 100 times on our data, 44 in the text"),
        ("Before, orders was scanned for each customer.", "orders was read again 100 times before, not again after"),
    ],
)
def test_how_often_something_ran_is_compared_with_the_loops(text: str, because: str) -> None:
    given = Ground(given=GROUND.given, final=read_plan(hash_plan()), tables={"orders": ("id",)}, gain=9.0)
    (claim,) = claims(text, given)
    assert because in claim.because


def test_a_plan_that_ran_something_again_and_again_did_not_run_it_once() -> None:
    assert [claim.because for claim in contradicted("The original plan reads orders only once.")] == [
        "the given query's plan reads orders 100 times"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The original plan reads orders only once per customer.",
        "The original plan should read orders only once.",
        "The original plan reads orders 100 times although once would be enough.",
        "The new plan reads orders only once.",
        "Instead of reading orders only once, the original reads it per customer.",
        "The original plan does not read orders only once.",
    ],
)
def test_once_is_not_held_against_who_means_something_else(text: str) -> None:
    assert contradicted(text) == []


def test_a_scan_that_an_index_could_replace_on_other_data_is_no_lie() -> None:
    added = {"customers_company_id_idx": ("customers", "company_id")}
    other = Ground(given=GROUND.given, final=GROUND.final, tables=GROUND.tables, added=added, gain=9.0)
    assert contradicted("The Seq Scan on customers is gone.", other) == []
    assert contradicted("The Seq Scan on customers is gone.") != []


def test_a_scan_is_denied_only_where_so_little_is_read_that_nobody_would_scan() -> None:
    text = "The original plan does a Seq Scan on orders."
    for blocks, wrong in ((1_000_000, 1), (400, 0)):
        other = Ground(
            given=read_plan(new_plan()), final=GROUND.final, tables=GROUND.tables, table_blocks={"orders": blocks}
        )
        assert len(contradicted(text, other)) == wrong


def test_a_spill_is_denied_only_where_nothing_large_is_kept_in_memory() -> None:
    text = "The original plan spilled to disk."
    large = plan("Sort", plan("Seq Scan", rows=50_000, Relation_Name="orders"), rows=50_000, Shared_Hit_Blocks=99)
    assert contradicted(text, Ground(given=read_plan(large), final=GROUND.final, tables=GROUND.tables)) == []
    assert contradicted(text) != []


def test_a_setting_that_is_said_to_have_ended_a_spill_is_denied_where_nothing_could_spill() -> None:
    text = "work_mem is raised to 128MB so that the sort does not spill to disk any more."
    few = Ground(
        given=read_plan(given_plan()), final=GROUND.final, tables=GROUND.tables, settings={"work_mem": "128MB"}
    )
    large = plan("Sort", plan("Seq Scan", rows=50_000, Relation_Name="orders"), rows=50_000, Shared_Hit_Blocks=99)
    many = Ground(given=read_plan(large), final=few.final, tables=few.tables, settings=few.settings)
    assert [claim.because for claim in contradicted(text, few)] == ["the given query's plan uses no temporary files"]
    assert contradicted(text, many) == []
    assert contradicted("work_mem stays as it is, the sort does not spill.", few) == []

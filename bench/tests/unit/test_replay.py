"""From logged statements to pgbench's scripts."""

import pytest

from portail_bench.copies import copied
from portail_bench.figures import milliseconds, percentile
from portail_bench.replay import FIRST_TRANSACTION, Block, scripts
from portail_bench.statements import Statement, transactions

FAMILY = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
MESSAGE = "33333333-3333-4333-8333-333333333333"
BLOCK = Block(range(100, 102), frozenset({FAMILY}), frozenset({TENANT}))


def statement(text: str, session: int = 1, role: str = "billing_app", **parameters: str) -> Statement:
    numbered = {int(name[1:]): literal for name, literal in parameters.items()}
    return Statement("billing", role, session, text, numbered)


def in_a_transaction(*inside: Statement, session: int = 1, role: str = "billing_app") -> list[Statement]:
    return [statement("BEGIN", session, role), *inside, statement("COMMIT", session, role)]


def test_a_copys_id_becomes_that_of_another_copy_and_what_is_shared_stays() -> None:
    update = statement(
        "update t set a = $1 where id = $2::UUID and tenant = $3",
        p1="NULL",
        p2=f"'{copied(FAMILY, 101)}'",
        p3=f"'{TENANT}'",
    )
    (script,) = scripts(in_a_transaction(update), BLOCK).values()
    assert f"id = ((md5(E'{FAMILY}\\x3A' || (:b + 1))::uuid::text)::uuid)::UUID" in script
    assert f"tenant = ('{TENANT}')" in script
    assert "a = (NULL)" in script


def test_what_came_into_being_is_new_each_time_and_pgbench_sees_no_other_variable() -> None:
    insert = statement(
        "insert into t values ($1, $2, $3)",
        p1=f"'{MESSAGE}'",
        p2=f"'{{{copied(FAMILY, 100)},{copied(FAMILY, 101)}}}'",
        p3=f"""'at 09:30 {FIRST_TRANSACTION + 101} d''accord 7000000099 ab7000000101cd'""",
    )
    (script,) = scripts(in_a_transaction(insert), BLOCK).values()
    assert f"(md5(E'{MESSAGE}\\x3A' || :b)::uuid::text)::uuid" in script
    assert ")::uuid[]" in script
    assert f"({FIRST_TRANSACTION} + :b + 1)::text" in script
    assert "09:30" not in script
    assert "7000000099" in script, "no transaction of the block"
    assert "ab7000000101cd" in script, "digits of something else"
    assert "d''accord" in script


def test_the_relay_and_what_concerns_no_copy_are_left_out() -> None:
    named = {"p1": f"'{copied(FAMILY, 100)}'"}
    logged = [
        *in_a_transaction(statement("select $1", p1="'5'")),
        *in_a_transaction(statement("select relay $1", role="billing_relay", **named), role="billing_relay"),
        *in_a_transaction(statement("select kept $1", session=2, **named), session=2),
    ]
    (script,) = scripts(logged, BLOCK).values()
    assert script.count("BEGIN") == 1
    assert "kept" in script
    assert "relay" not in script


def test_transactions_are_told_apart_by_session() -> None:
    first, second = in_a_transaction(statement("a"), session=1), in_a_transaction(statement("b", 2), session=2)
    mixed = [first[0], second[0], second[1], first[1], statement("alone", 3), second[2], first[2]]
    assert [[each.text for each in found] for found in transactions(mixed)] == [
        ["alone"],
        ["BEGIN", "b", "COMMIT"],
        ["BEGIN", "a", "COMMIT"],
    ]


def test_percentiles() -> None:
    assert milliseconds([0.001 * number for number in range(1, 101)]) == {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99}
    assert percentile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)

"""Who is next (rule 87): a pure order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waitlist.order import Behind, Chance, choose, gives_way, why_behind

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENING = datetime(2026, 6, 5, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def chance(number: int, **fields: object) -> Chance:
    """Two people at table 1 for two, who joined in the order of their numbers."""
    known: dict[str, object] = {
        "entry_id": number,
        "priority": 0,
        "joined_at": NOON + number * MINUTE,
        "party_size": 2,
        "is_exact": True,
        "starts_at": EVENING,
        "until": EVENING + 90 * MINUTE,
        "table_ids": frozenset({1}),
        "seats": 2,
        **fields,
    }
    return Chance(**known)  # type: ignore[arg-type]


def first(*chances: Chance) -> int:
    choice = choose(chances)
    assert choice is not None
    return choice.chance.entry_id


def test_rule_87_priority_comes_before_exact_time() -> None:
    assert first(chance(1), chance(2, priority=1, is_exact=False)) == 2


def test_rule_87_exact_time_comes_before_joining_earlier() -> None:
    assert first(chance(1, is_exact=False), chance(2)) == 2


def test_rule_87_who_joined_earlier_comes_before_who_wastes_less() -> None:
    assert first(chance(1, party_size=3, seats=4), chance(2, party_size=4, seats=4)) == 1


def test_rule_87_of_those_who_joined_together_the_one_who_wastes_less() -> None:
    assert first(chance(1, seats=3, joined_at=NOON), chance(2, joined_at=NOON)) == 2


def test_rule_87_a_table_for_four_goes_to_three_or_four_first() -> None:
    two, four = chance(1, seats=4), chance(2, party_size=4, seats=4)
    choice = choose([two, four])
    assert choice is not None
    assert (choice.chance, choice.shares) == (four, True)
    assert why_behind(two, four) is Behind.LARGER_PARTY_FIRST


def test_rule_87_after_half_of_the_window_two_are_as_good_as_four() -> None:
    two = chance(1, seats=4, may_yield=False)
    choice = choose([two, chance(2, party_size=4, seats=4)])
    assert choice is not None
    assert (choice.chance, choice.shares) == (two, False)


def test_two_do_not_wait_for_four_who_need_another_table_or_time() -> None:
    two = chance(1, seats=4)
    elsewhere = chance(2, party_size=4, seats=4, table_ids=frozenset({2}))
    later = chance(3, party_size=4, seats=4, starts_at=two.until, until=two.until + 90 * MINUTE)
    assert first(two, elsewhere, later) == 1


def test_a_vip_party_of_two_does_not_give_way() -> None:
    assert first(chance(1, seats=4, priority=1), chance(2, party_size=4, seats=4)) == 1


def test_nobody_is_next_where_nobody_has_a_chance() -> None:
    assert choose([]) is None


CHANCES = st.lists(
    st.builds(
        chance,
        st.integers(1, 9),
        priority=st.integers(0, 2),
        party_size=st.integers(1, 6),
        is_exact=st.booleans(),
        seats=st.integers(2, 6),
        table_ids=st.sets(st.integers(1, 3), min_size=1, max_size=2).map(frozenset),
        may_yield=st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda found: found.entry_id,
)


@given(CHANCES, st.randoms())
def test_the_order_depends_on_nothing_but_the_facts(chances: list[Chance], random: object) -> None:
    shuffled = list(chances)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(chances) == choose(shuffled)


@given(CHANCES)
def test_somebody_is_always_chosen_and_nobody_of_higher_priority_is_passed(
    chances: list[Chance],
) -> None:
    choice = choose(chances)
    assert choice is not None
    best = choice.chance
    assert best in chances
    assert best.priority == max(other.priority for other in chances)
    for other in chances:
        # Whoever joined earlier and is behind knows why.
        if (other.joined_at, other.entry_id) < (best.joined_at, best.entry_id):
            assert (
                why_behind(other, best) is not None
                or gives_way(other, chances)
                or (other.joined_at == best.joined_at)
            )


@given(CHANCES)
def test_a_filling_party_is_never_behind_one_that_half_fills_its_table(
    chances: list[Chance],
) -> None:
    choice = choose(chances)
    assert choice is not None
    assert not gives_way(
        choice.chance,
        [c for c in chances if c.priority >= choice.chance.priority and not gives_way(c, chances)],
    )


@given(CHANCES)
def test_without_the_larger_ones_first_it_is_the_plain_order(chances: list[Chance]) -> None:
    plain = [replace(found, may_yield=False) for found in chances]
    choice = choose(plain)
    assert choice is not None
    assert choice.chance == min(
        plain,
        key=lambda c: (-c.priority, not c.is_exact, c.joined_at, c.waste, c.entry_id),
    )
    assert not choice.shares

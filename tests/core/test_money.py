from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservehub.core.money import CurrencyMismatch, Money, exponent_of

AMOUNTS = st.integers(-(10**12), 10**12)
EUROS = st.builds(Money, AMOUNTS, st.just("EUR"))


@given(EUROS, EUROS, EUROS)
def test_sums_obey_arithmetic(a: Money, b: Money, c: Money) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a - b == -(b - a)
    assert a + Money.zero("EUR") == a
    assert (a < b) == (b > a)
    assert (a <= b) == (a.amount_minor <= b.amount_minor) == (b >= a)


@given(EUROS, st.integers(1, 50))
def test_shares_add_up_and_differ_by_one_minor_unit_at_most(a: Money, parts: int) -> None:
    shares = a.split(parts)
    assert len(shares) == parts
    assert sum(share.amount_minor for share in shares) == a.amount_minor
    assert max(shares).amount_minor - min(shares).amount_minor <= 1


@given(AMOUNTS, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_decimals_come_back_exactly(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.from_decimal(money.to_decimal(), currency) == money


@given(EUROS, st.fractions(-1000, 1000, max_denominator=1000))
def test_a_percentage_is_within_half_a_unit_and_symmetric(a: Money, percentage: Fraction) -> None:
    result = a.percent(percentage)
    assert abs(Fraction(result.amount_minor) - a.amount_minor * percentage / 100) <= Fraction(1, 2)
    assert (-a).percent(percentage) == -result


@pytest.mark.parametrize(
    ("amount", "percentage", "expected"),
    [
        (1245, 10, 125),  # 124.5 up
        (-1245, 10, -125),
        (1244, 10, 124),
        (5, Decimal(50), 3),
        (1, Decimal("49.9"), 0),
        (10_000, Decimal("7.25"), 725),
    ],
)
def test_halves_round_up(amount: int, percentage: int | Decimal, expected: int) -> None:
    assert Money(amount, "EUR").percent(percentage) == Money(expected, "EUR")


def test_each_currency_has_its_own_minor_unit() -> None:
    assert [exponent_of(code) for code in ("EUR", "RUB", "JPY", "KWD")] == [2, 2, 0, 3]
    assert Money(1500, "JPY").to_decimal() == Decimal(1500)
    assert Money.from_decimal(Decimal("1.2345"), "KWD") == Money(1235, "KWD")


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(1250, "EUR"), "en", "€12.50"),
        (Money(1250, "EUR"), "ru", "12,50\xa0€"),
        (Money(150_000, "RUB"), "ru", "1\xa0500,00\xa0₽"),
        (Money(1500, "JPY"), "en-us", "¥1,500"),
        (Money(1234, "KWD"), "en", "KWD1.234"),
    ],
)
def test_people_read_it_in_their_language(money: Money, locale: str, text: str) -> None:
    assert money.format(locale) == text


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "EUR") < Money(1, "USD")
    assert Money(1, "EUR") != Money(1, "USD")


@pytest.mark.parametrize("amount", [1.5, "1", True, None, Decimal(1)])
def test_only_whole_numbers_are_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "€"])
def test_only_codes_are_currencies(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        Money(1, currency)


def test_floats_and_bare_numbers_are_refused() -> None:
    with pytest.raises(TypeError):
        Money(1, "EUR") * 1.5  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money(1, "EUR") + 1  # type: ignore[operator]
    with pytest.raises(ValueError, match="part"):
        Money(1, "EUR").split(0)


def test_the_api_shape_is_minor_units_and_currency() -> None:
    assert (3 * Money(-250, "EUR")).as_json() == {"amount_minor": -750, "currency": "EUR"}
    assert bool(Money(1, "EUR"))
    assert not Money.zero("EUR")

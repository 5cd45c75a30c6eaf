from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reservehub.core.codec import UnsupportedField, from_payload, to_payload


class Colour(Enum):
    GREEN = "green"
    RED = "red"


@dataclass(frozen=True)
class Seat:
    number: int
    colour: Colour


@dataclass(frozen=True)
class Everything:
    text: str
    number: int
    ratio: float
    is_open: bool
    at: datetime
    day: date
    clock: time
    price: Decimal
    key: UUID
    colour: Colour
    seat: Seat
    seats: tuple[Seat, ...]
    pair: tuple[int, str]
    maybe: datetime | None
    rooms: tuple[int, ...] | None = None


SEATS = st.builds(Seat, number=st.integers(), colour=st.sampled_from(Colour))
EVERYTHING = st.builds(
    Everything,
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    at=st.datetimes(timezones=st.just(UTC)),
    price=st.decimals(allow_nan=False, allow_infinity=False),
    seat=SEATS,
    seats=st.lists(SEATS, max_size=3).map(tuple),
    maybe=st.none() | st.datetimes(timezones=st.just(UTC)),
    rooms=st.none() | st.lists(st.integers(), max_size=3).map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(EVERYTHING)
def test_what_went_in_comes_out(value: Everything) -> None:
    stored = json.loads(json.dumps(to_payload(value)))
    assert from_payload(Everything, stored) == value


@dataclass(frozen=True)
class Grown:
    number: int
    added: str = "new"


def test_a_newer_release_reads_older_rows_and_the_other_way_round() -> None:
    assert from_payload(Grown, {"number": 1}) == Grown(1, "new")
    assert from_payload(Grown, {"number": 1, "dropped": [1]}) == Grown(1, "new")


def test_a_missing_field_without_default_is_an_error() -> None:
    with pytest.raises(TypeError, match="number"):
        from_payload(Grown, {"added": "x"})


@dataclass(frozen=True)
class Loose:
    anything: dict[str, Any]


@dataclass(frozen=True)
class Ambiguous:
    either: int | str


@pytest.mark.parametrize("value", [Loose({}), Ambiguous(1)])
def test_a_type_that_would_not_survive_is_refused(value: Any) -> None:
    with pytest.raises(UnsupportedField):
        to_payload(value)

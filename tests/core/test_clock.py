from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest

from reservehub.core import clock

AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_the_clock_is_aware_and_runs() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


def test_a_frozen_clock_stands_still_in_all_threads() -> None:
    seen: list[datetime] = []
    with clock.freeze(AT):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [AT]


def test_freezing_nests_and_thaws_even_after_an_error() -> None:
    with clock.freeze(AT), suppress(ZeroDivisionError), clock.freeze(AT + timedelta(days=1)):
        assert clock.now() == AT + timedelta(days=1)
        raise ZeroDivisionError
    with clock.freeze(AT):
        assert clock.now() == AT
    assert clock.now() > AT


def test_frozen_instants_are_shown_in_utc() -> None:
    with clock.freeze(AT.astimezone(timezone(timedelta(hours=3)))):
        assert clock.now().tzinfo is UTC


def test_a_naive_instant_cannot_be_frozen() -> None:
    with pytest.raises(ValueError, match="aware"), clock.freeze(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass

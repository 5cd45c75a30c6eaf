"""What the apps keep about people, and how it is shown, erased and purged (A6, rules 107, 108).

Every app that stores something about guests registers a `Keeper` in its `AppConfig.ready`. Keepers
read and write only rows of their own app. docs/privacy.md lists what each of them covers; a test
holds it against the models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from guests.facts import Section


@dataclass(frozen=True)
class Ahead:
    """Something that is still to come, so that the person cannot be forgotten yet.

    :param url: where it can be called off; a path of ours, or empty
    """

    text: str
    url: str = ""


def _nothing(*_args: object) -> list[Section]:
    return []


def _nobody(*_args: object) -> set[int]:
    return set()


def _none_ahead(*_args: object) -> list[Ahead]:
    return []


def _no_rows(*_args: object) -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """What one app does with the personal data it keeps. All are called in a transaction.

    :param show: `(guest_ids)` -> everything stored about these records of one person
    :param erase: `(guest_ids, now)` makes the rows anonymous; aggregates stay. Called from the top
        floor down, so that what lies above can still read what lies below
    :param ahead: `(guest_ids, now)` -> what is still to come for one person
    :param active: `(guest_ids, since)` -> those who did something since then
    :param purge_health: `(guest_ids)` deletes their health notes; how many rows
    :param erase_strays: `(organisation_id, since, now, most)` makes at most so many rows older than
        that anonymous that name somebody but belong to no guest record; how many rows
    :param purge_old_health: `(before, most)` deletes those of visits before that date whose guests
        do not keep them, at most so many rows; how many
    """

    name: str
    erase: Callable[[Sequence[int], datetime], object]
    show: Callable[[Sequence[int]], list[Section]] = field(default=_nothing)
    ahead: Callable[[Sequence[int], datetime], list[Ahead]] = field(default=_none_ahead)
    active: Callable[[Sequence[int], datetime], Collection[int]] = field(default=_nobody)
    purge_health: Callable[[Sequence[int]], int] = field(default=_no_rows)
    erase_strays: Callable[[int, datetime, datetime, int], int] = field(default=_no_rows)
    purge_old_health: Callable[[date, int], int] = field(default=_no_rows)


Pause = Callable[[Sequence[int], datetime], Collection[int]]
"""`(guest_ids, now)` -> those who must not be forgotten by the clock yet, such as for an unpaid
dispute (rule 108)."""

_keepers: dict[str, Keeper] = {}
_pauses: list[Pause] = []


def register_keeper(keeper: Keeper) -> None:
    """Add what an app keeps (once), in the order of the floors from below."""
    _keepers[keeper.name] = keeper


def keepers() -> Iterator[Keeper]:
    """From the lowest floor up."""
    return iter(_keepers.values())


def keepers_from_above() -> Iterator[Keeper]:
    return reversed(_keepers.values())


def register_pause(pause: Pause) -> Pause:
    """Let something put off that idle guests are forgotten; call it from `AppConfig.ready`."""
    if pause not in _pauses:
        _pauses.append(pause)
    return pause


def unregister_pause(pause: Pause) -> None:
    """For tests."""
    _pauses.remove(pause)


def paused(guest_ids: Sequence[int], now: datetime) -> set[int]:
    """Those who must not be forgotten by the clock yet."""
    return {pk for pause in _pauses for pk in pause(guest_ids, now)}


def sections_by_keeper(guest_ids: Sequence[int]) -> Mapping[str, list[Section]]:
    """Everything stored about the records of one person."""
    return {keeper.name: keeper.show(guest_ids) for keeper in keepers()}


def ahead_of(guest_ids: Sequence[int], now: datetime) -> list[Ahead]:
    """What is still to come for one person."""
    return [one for keeper in keepers() for one in keeper.ahead(guest_ids, now)]

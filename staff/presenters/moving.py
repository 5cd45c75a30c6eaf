"""What happened to a party that was dropped: where it is now, or why not and what is possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from bookings.availability import Channel, Query, check_manual
from bookings.errors import SameGuestOverlap, SlotUnavailable, TableTaken, TableUnsuitable
from bookings.loading import LoadedDay, load_day
from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local
from bookings.selectors import tables_of
from bookings.selectors.service import last_change_of
from reservehub.core.errors import DomainError, VersionConflict
from restaurants.models import Restaurant
from staff.access import Desk
from staff.presenters import objections

MOST_WAYS = 6


@dataclass(frozen=True)
class Way:
    """A button that drops the party again with these fields."""

    label: str
    fields: tuple[tuple[str, str], ...]
    is_override: bool = False


@dataclass(frozen=True)
class Refusal:
    title: str
    lines: tuple[str, ...]
    ways: tuple[Way, ...]


def moved_text(row: Reservation, restaurant: Restaurant) -> str:
    """``Anna: 19:30–21:00, table 7``."""
    numbers = "+".join(table.number for table in tables_of([row])[row.pk])
    start, end = (
        clock_text(local(at, restaurant), restaurant) for at in (row.starts_at, row.ends_at)
    )
    where = _("table %(numbers)s") % {"numbers": numbers} if numbers else _("no table")
    return f"{row.guest_name}: {start}–{end}, {where}"


def refusal_of(
    desk: Desk,
    row: Reservation,
    error: DomainError,
    *,
    shift: int,
    minutes: int | None,
    accepted: frozenset[str],
) -> Refusal:
    """The objections, what may be accepted, and the tables that are free for the party then.

    :param shift: minutes from the present start to where it was dropped
    :param minutes: the length it was dropped with
    :param accepted: the overrides that did not suffice
    """
    if isinstance(error, VersionConflict):
        return _faster(desk, row)
    codes = [str(code) for code in error.extra.get("reasons", ())]
    if isinstance(error, SameGuestOverlap):
        codes = ["same_guest"]
    lines = [str(one.detail) for one in error.errors]
    lines += [objections.sentence(code) for code in codes if code != "same_guest"]
    ways: list[Way] = []
    overrides = objections.overrides_for(
        codes, restaurant=desk.restaurant, capabilities=desk.capabilities
    )
    if overrides:
        fields = tuple(("overrides", override.name) for override in overrides)
        kept = tuple(("overrides", name) for name in sorted(accepted))
        ways.append(Way(_("Do it all the same"), fields + kept, is_override=True))
    if isinstance(error, TableTaken | TableUnsuitable | SlotUnavailable):
        ways += _free_tables(desk, row, shift=shift, minutes=minutes)
    return Refusal(
        title=_("%(name)s stays: %(why)s") % {"name": row.guest_name, "why": error.title},
        lines=tuple(dict.fromkeys([*lines, *([str(error.detail)] if error.detail else [])])),
        ways=tuple(ways),
    )


def _faster(desk: Desk, row: Reservation) -> Refusal:
    row.refresh_from_db()
    entry = last_change_of(row.pk)
    said = {
        "who": entry.actor_label if entry and entry.actor_label else _("Somebody"),
        "time": clock_text(local(row.updated_at, desk.restaurant), desk.restaurant),
    }
    return Refusal(
        title=_("Somebody was faster"),
        lines=(
            _("%(who)s changed it at %(time)s.") % said,
            _("It is now: %(state)s.") % {"state": moved_text(row, desk.restaurant)},
        ),
        ways=(),
    )


def _free_tables(desk: Desk, row: Reservation, *, shift: int, minutes: int | None) -> list[Way]:
    """Single tables and combinations that suit the party at the time it was dropped at."""
    starts_at = row.starts_at + timedelta(minutes=shift)
    day = load_day(desk.restaurant, row.service_date, now=desk.now)
    query = Query(
        party_size=row.actual_party_size or row.party_size,
        now=desk.now,
        channel=Channel.IN_HOUSE,
        area_id=row.area_preference_id,
        required_features=frozenset(row.required_features),
        exclude_reservation_id=row.pk,
        is_notice_exempt=True,
        minutes=minutes or int((row.ends_at - row.starts_at).total_seconds() // 60),
    )
    found = []
    for table_ids in _candidates(day):
        if not check_manual(day.service, query, starts_at, table_ids):
            numbers = "+".join(day.snapshot.labels[pk].number for pk in table_ids)
            fields = (("tables", "+".join(str(pk) for pk in table_ids)),)
            found.append(Way(_("Table %(number)s") % {"number": numbers}, fields))
            if len(found) == MOST_WAYS:
                break
    return found


def _candidates(day: LoadedDay) -> list[tuple[int, ...]]:
    tables = sorted(day.prepared.floor.tables, key=lambda table: (table.seats, table.id))
    return [(table.id,) for table in tables] + [c.table_ids for c in day.prepared.floor.combos]

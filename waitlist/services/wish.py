"""Checking a wish: is there something to wait for, and until when (rules 85, 92)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field is called date
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.availability import WAITABLE, Query, Reason, SlotAnswer, answer_slot
from bookings.loading import LoadedDay, load_days
from bookings.selectors import slot_payload
from bookings.validation import party_errors
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Restaurant
from waitlist.errors import NothingToWaitFor, TableFree
from waitlist.wishes import Start, Window, starts_wished

MOST_DAYS = 31
MOST_FLEXIBILITY = 180
MOST_ALTERNATIVES = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What decides whether and when a table suits."""

    date: Date
    last_date: Date
    window: Window
    party_size: int
    area_ids: Sequence[int] = ()
    required_features: frozenset[str] = frozenset()


def wish_check(wish: Wish, restaurant: Restaurant, *, now: datetime) -> datetime:
    """The last start that suits (rule 92), UTC. Two queries, however many dates.

    :raises ValidationFailed: for impossible dates, party size, flexibility or areas
    :raises TableFree: if there is a free start: it can be booked right away
    :raises NothingToWaitFor: if no start of the window could become free for this party
    """
    _check_fields(wish, restaurant)
    count = (wish.last_date - wish.date).days + 1
    days = [wish.date + timedelta(days=n) for n in range(count)]
    loaded = load_days(restaurant, days, now=now)
    found = [
        (day, start, _answer(day, wish, start, now=now)) for day, start in _starts(wish, loaded)
    ]
    free = [(day, answer) for day, _start, answer in found if answer.available]
    if free:
        raise TableFree(alternatives=_alternatives(free, restaurant))
    if not any(set(answer.reasons) <= WAITABLE for _day, _start, answer in found):
        reasons = {reason.value for _day, _start, answer in found for reason in answer.reasons}
        raise NothingToWaitFor(reasons=sorted(reasons) or [Reason.OUTSIDE_HOURS.value])
    return max(start.slot.starts_at for _day, start, _answer in found)


def _starts(wish: Wish, days: Iterable[LoadedDay]) -> Iterable[tuple[LoadedDay, Start]]:
    for day in days:
        prepared = day.prepared
        for start in starts_wished(wish.window, prepared.config.date, prepared.slots):
            yield day, start


def _answer(day: LoadedDay, wish: Wish, start: Start, *, now: datetime) -> SlotAnswer:
    """What the engine says to a start: the first area that is free, else the first that may become
    so, else any.
    """
    areas: Sequence[int | None] = [*wish.area_ids] or [None]
    answers = [
        answer_slot(
            day.service,
            Query(
                party_size=wish.party_size,
                now=now,
                area_id=area_id,
                required_features=wish.required_features,
            ),
            start.slot.starts_at,
        )
        for area_id in areas
    ]
    return min(answers, key=lambda a: (not a.available, not set(a.reasons) <= WAITABLE))


def _alternatives(
    free: Sequence[tuple[LoadedDay, SlotAnswer]], restaurant: Restaurant
) -> list[dict[str, Any]]:
    return [
        slot_payload(day.prepared.config.date, answer, restaurant.timezone)
        for day, answer in free[:MOST_ALTERNATIVES]
    ]


def _check_fields(wish: Wish, restaurant: Restaurant) -> None:
    errors = party_errors(wish.party_size)
    if not 0 <= (wish.last_date - wish.date).days < MOST_DAYS:
        detail = _("Choose up to %(limit)d days in a row.") % {"limit": MOST_DAYS}
        errors.append(FieldError("/last_date", "out_of_range", detail))
    if not timedelta() <= wish.window.flexibility <= timedelta(minutes=MOST_FLEXIBILITY):
        detail = _("Choose up to %(limit)d minutes.") % {"limit": MOST_FLEXIBILITY}
        errors.append(FieldError("/flexibility_minutes", "out_of_range", detail))
    known = set(restaurant.areas.values_list("pk", flat=True)) if wish.area_ids else set()
    if not set(wish.area_ids) <= known:
        detail = _("This restaurant has no such area.")
        errors.append(FieldError("/areas", "does_not_exist", detail))
    if errors:
        raise ValidationFailed(errors=errors)

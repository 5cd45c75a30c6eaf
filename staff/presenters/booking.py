"""The times and tables of a phone booking: which are free, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.availability import Channel, Query, Reason, SlotAnswer, answer, check_manual, explain
from bookings.loading import LoadedDay, load_day
from bookings.models import Source
from bookings.presenters.clock import clock_text
from bookings.presenters.finder import Choice
from bookings.selectors.deposits import deposit_terms
from bookings.services.questions import STAFF_REASONS
from restaurants.models import Restaurant
from staff.presenters import objections
from staff.presenters.deposits import amount_text

HIDDEN = {Reason.PAST, Reason.NONEXISTENT_TIME}


@dataclass(frozen=True)
class Slot:
    """A time as a radio. `note` says what is left, or in a word why not."""

    value: str
    label: str
    note: str
    is_free: bool
    is_chosen: bool


@dataclass(frozen=True)
class Block:
    """The times of one service period."""

    name: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class TableOption:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class TableGroup:
    label: str
    options: tuple[TableOption, ...]


@dataclass(frozen=True)
class Offer:
    """All that the clock and the tables answer to a half-filled form. `deposit` is what the guest
    would be asked for by link, empty where that is nothing.
    """

    blocks: tuple[Block, ...]
    choice: Choice | None
    is_free: bool
    why: tuple[str, ...]
    codes: tuple[str, ...]
    tables: tuple[TableGroup, ...]
    ends: str
    closed: str
    deposit: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is known of a booking while it is being typed."""

    date: date
    party_size: int
    choice: Choice | None
    area_id: int | None = None
    table_ids: tuple[int, ...] = ()
    minutes: int | None = None
    reservation_id: int | None = None
    features: frozenset[str] = frozenset()


def query_of(wish: Wish, *, now: datetime) -> Query:
    """The question of the house: notice does not bind it (rule 18)."""
    return Query(
        party_size=wish.party_size,
        now=now,
        channel=Channel.IN_HOUSE,
        area_id=wish.area_id,
        required_features=wish.features,
        exclude_reservation_id=wish.reservation_id,
        is_notice_exempt=True,
        minutes=wish.minutes,
    )


def offer_of(restaurant: Restaurant, wish: Wish, *, now: datetime) -> Offer:
    """Two queries, or three when nothing is cached; one more where bookings may cost money."""
    day = load_day(restaurant, wish.date, now=now)
    query = query_of(wish, now=now)
    answers = [a for a in answer(day.service, query) if not HIDDEN & set(a.reasons)]
    chosen = next((a for a in answers if _choice(wish.date, a) == wish.choice), None)
    details = explain(day.service, query, chosen.starts_at) if chosen else ()
    return Offer(
        blocks=tuple(_blocks(restaurant, day, wish, answers)),
        choice=wish.choice,
        is_free=chosen is not None and chosen.available,
        why=tuple(objections.sentence(detail.reason.value, detail) for detail in details),
        codes=tuple(detail.reason.value for detail in details),
        tables=tuple(_tables(day, query, chosen, wish)) if chosen else (),
        ends=_clock(chosen.ends_at, day, restaurant) if chosen else "",
        closed="" if answers else _closed(day),
        deposit=_deposit(restaurant, wish, chosen) if chosen and not wish.reservation_id else "",
    )


def _deposit(restaurant: Restaurant, wish: Wish, chosen: SlotAnswer) -> str:
    terms = deposit_terms(
        restaurant=restaurant,
        service_date=wish.date,
        starts_at=chosen.starts_at,
        service_period_id=chosen.period_id,
        party_size=wish.party_size,
        area_id=wish.area_id,
        source=Source.PHONE,
    )
    return amount_text(terms["limit_minor"], terms["currency"]) if terms else ""


def _closed(day: LoadedDay) -> str:
    if day.prepared.config.is_closed or not day.prepared.config.periods:
        return _("The restaurant is closed on this day.")
    return _("The last seating of this day has passed.")


def _clock(at: datetime, day: LoadedDay, restaurant: Restaurant) -> str:
    return clock_text(at.astimezone(day.prepared.config.rules.zone), restaurant)


def _choice(day: date, slot: SlotAnswer) -> Choice:
    return Choice(day, slot.local_time.time(), slot.fold)


def _blocks(
    restaurant: Restaurant, day: LoadedDay, wish: Wish, answers: Iterable[SlotAnswer]
) -> Iterable[Block]:
    names = {period.id: period.name for period in day.prepared.config.periods}
    blocks: dict[int | None, list[Slot]] = {}
    for one in answers:
        choice = _choice(wish.date, one)
        label = clock_text(one.local_time, restaurant)
        blocks.setdefault(one.period_id, []).append(
            Slot(
                value=str(choice),
                label=f"{label} {one.utc_offset}".strip(),
                note=_left(one),
                is_free=one.available,
                is_chosen=choice == wish.choice,
            )
        )
    for period_id, slots in blocks.items():
        yield Block(names.get(period_id or 0, ""), tuple(slots))


def _left(one: SlotAnswer) -> str:
    if not one.available:
        return objections.short(one.reasons[0].value) if one.reasons else ""
    if one.needs_moves:
        return _("by moving")
    return ngettext("%(count)s table", "%(count)s tables", one.tables_left) % {
        "count": one.tables_left
    }


def _tables(day: LoadedDay, query: Query, chosen: SlotAnswer, wish: Wish) -> Iterable[TableGroup]:
    """Tables and combinations that are free then: those that suit, then those staff may accept."""
    suits: list[TableOption] = []
    accepts: list[TableOption] = []
    for table_ids, label in _seats(day):
        found = set(check_manual(day.service, query, chosen.starts_at, table_ids))
        value = "+".join(str(i) for i in table_ids)
        is_chosen = set(table_ids) == set(wish.table_ids)
        if not found:
            suits.append(TableOption(value, label, is_chosen))
        elif found <= STAFF_REASONS["capacity"]:
            why = objections.sentence(next(iter(sorted(found))).value).rstrip(".")
            accepts.append(TableOption(value, f"{label} · {why}", is_chosen))
        elif is_chosen:
            taken = pgettext("table", "taken")
            accepts.append(TableOption(value, f"{label} · {taken}", is_chosen))
    if suits:
        yield TableGroup(_("Free and suitable"), tuple(suits))
    if accepts:
        yield TableGroup(_("Free, but"), tuple(accepts))


def _seats(day: LoadedDay) -> Iterable[tuple[tuple[int, ...], str]]:
    labels, areas = day.snapshot.labels, day.snapshot.area_names
    for table in sorted(day.prepared.floor.tables, key=lambda t: (t.area_id or 0, t.id)):
        seats = ngettext("%(count)s seat", "%(count)s seats", table.seats) % {"count": table.seats}
        area = areas.get(table.area_id or 0, "")
        yield (
            (table.id,),
            " · ".join(part for part in (labels[table.id].number, seats, area) if part),
        )
    for combo in day.prepared.floor.combos:
        number = "+".join(labels[i].number for i in combo.table_ids)
        size = f"{combo.min_party}–{combo.max_party}"
        yield combo.table_ids, f"{number} · {size}"

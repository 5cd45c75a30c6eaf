"""Giving what became free to those who wait (rules 86-90)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from bookings.loading import active_restaurant
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.locks import advisory_day_lock
from restaurants.models import Restaurant, Table
from waitlist.models import (
    LIVE,
    OfferCause,
    SkipReason,
    WaitlistEntry,
    WaitlistGain,
    WaitlistOffer,
    WaitlistSkip,
)
from waitlist.order import Chance, choose, why_behind
from waitlist.selectors import settings_of
from waitlist.services.chances import Candidate, Desk, Place, candidates_of
from waitlist.services.offering import offer_make
from waitlist.services.records import waitlist_lock

NO_GAINS = frozenset({OfferCause.PASSED_ON, OfferCause.LOOKED})
MOST_OFFERS = 200
"""Of one day at once; the rest is found when the day is looked at again."""


@transaction.atomic
def offers_match(
    *,
    restaurant_id: int,
    service_dates: Iterable[date],
    cause: str,
    now: datetime,
    since: datetime | None = None,
    actor: Actor = SYSTEM,
) -> list[WaitlistOffer]:
    """Offer what is free on some days to those who wait for it, in the order of rule 87.

    Asks the engine that also books, so that hours, notice, closures, pacing and tables are honoured
    and every offer can be accepted. Nobody who could be seated is left without an offer as long as
    one is possible.

    :param since: when the capacity came; now, if it is not known
    """
    days = sorted(set(service_dates))
    waitlist_lock(restaurant_id)
    restaurant = active_restaurant(restaurant_id)
    if restaurant is None or not days:
        return []
    return days_match(restaurant, days, cause=cause, since=since or now, actor=actor, now=now)


def days_match(
    restaurant: Restaurant,
    days: Sequence[date],
    *,
    cause: str,
    since: datetime,
    actor: Actor = SYSTEM,
    now: datetime,
) -> list[WaitlistOffer]:
    """The same for a caller that holds the waitlist already."""
    waiting = {day: rows for day in days if (rows := _live_entries(restaurant.pk, day, now=now))}
    if not waiting:
        return []
    settings = settings_of(restaurant.pk)
    advisory_day_lock(restaurant.pk, waiting)
    made: list[WaitlistOffer] = []
    for day, rows in waiting.items():
        desk = Desk(restaurant, settings, day, since=since, now=now)
        # An entry for several dates may have got its offer on an earlier one.
        offered = {offer.entry_id: offer.entry for offer in made}
        entries = [offered.get(row.pk, row) for row in rows]
        candidates = candidates_of(desk, entries, is_gain=cause not in NO_GAINS)
        give = _tell_all if settings.is_broadcast else _give
        made += give(desk, candidates, cause=cause, actor=actor)
    return made


@transaction.atomic
def gain_match(*, gain_id: int, now: datetime) -> list[WaitlistOffer]:
    """Match the day of a noted gain and take the note away, in one transaction."""
    place = WaitlistGain.objects.filter(pk=gain_id).values_list("restaurant_id", flat=True).first()
    if place is None:
        return []
    waitlist_lock(place)
    gain = WaitlistGain.objects.select_for_update().filter(pk=gain_id).first()
    if gain is None:
        return []
    gain.delete()
    restaurant = active_restaurant(gain.restaurant_id)
    if restaurant is None:
        return []
    since = min(gain.since, now)
    return days_match(restaurant, [gain.service_date], cause=gain.cause, since=since, now=now)


def gains_match(*, now: datetime) -> list[WaitlistOffer]:
    """Match all days that are noted; each in a transaction of its own."""
    made: list[WaitlistOffer] = []
    for gain_id in WaitlistGain.objects.order_by("since", "pk").values_list("pk", flat=True):
        made += gain_match(gain_id=gain_id, now=now)
    return made


def _live_entries(restaurant_id: int, day: date, *, now: datetime) -> list[WaitlistEntry]:
    """Who waits for a day, locked; nobody if none of them could take an offer."""
    rows = list(
        WaitlistEntry.objects.select_for_update(of=("self",), no_key=True)
        .select_related("guest")
        .filter(
            restaurant=restaurant_id,
            service_date__lte=day,
            last_service_date__gte=day,
            status__in=LIVE,
            expires_at__gt=now,
        )
        .order_by("created_at", "pk")
    )
    return rows if any(row.status == "waiting" for row in rows) else []


def _give(
    desk: Desk, candidates: list[Candidate], *, cause: str, actor: Actor
) -> list[WaitlistOffer]:
    """One offer after the other, the day read anew in between, until nobody has a chance."""
    made: list[WaitlistOffer] = []
    passed: list[tuple[WaitlistOffer, Chance, list[Place]]] = []
    open_candidates = [one for one in candidates if one.obstacle is None]
    for _ in range(MOST_OFFERS):
        places = {one.entry.pk: found for one in open_candidates if (found := desk.place_for(one))}
        choice = choose([place.chance for place in places.values()])
        if choice is None:
            break
        place = places[choice.chance.entry_id]
        offer = offer_make(
            desk, place, shares=choice.shares, cause=cause, actor=actor, now=desk.now
        )
        desk.look_again()
        if offer is None:
            continue  # a rival was faster: look what is left
        made.append(offer)
        passed.append((offer, choice.chance, list(places.values())))
        open_candidates = [one for one in open_candidates if one is not place.candidate]
    _skips_write(desk, candidates, passed)
    return made


def _tell_all(
    desk: Desk, candidates: list[Candidate], *, cause: str, actor: Actor
) -> list[WaitlistOffer]:
    """Everybody who could have something free now is told; nothing is held (rule 90)."""
    made = []
    for candidate in candidates:
        place = desk.place_for(candidate)
        if place is not None:
            offer = offer_make(
                desk,
                place,
                shares=False,
                cause=cause,
                is_broadcast=True,
                actor=actor,
                now=desk.now,
            )
            made += [offer] if offer else []
    return made


def _skips_write(
    desk: Desk,
    candidates: Sequence[Candidate],
    passed: Sequence[tuple[WaitlistOffer, Chance, list[Place]]],
) -> None:
    """The ledger of fairness: who joined earlier, wished this time and was passed over, and why."""
    winners = {offer.entry_id for offer, _, _ in passed}
    areas = _areas_of(offer for offer, _, _ in passed)
    skips = []
    for offer, chosen, places in passed:
        chances = {place.candidate.entry.pk: place.chance for place in places}
        for candidate in candidates:
            entry = candidate.entry
            if entry.pk in winners or not _came_first(candidate, offer):
                continue
            chance = chances.get(entry.pk)
            behind = why_behind(chance, chosen) if chance else None
            if behind is None:
                reason = _why_no_chance(desk, candidate, offer, areas)
            else:
                reason = SkipReason(behind.value)
            skips.append(skip_of(entry, offer, reason))
    WaitlistSkip.objects.bulk_create(skips)


def skip_of(entry: WaitlistEntry, offer: WaitlistOffer, reason: str) -> WaitlistSkip:
    """A line of the ledger, unsaved."""
    return WaitlistSkip(
        entry=entry,
        offer=offer,
        restaurant_id=offer.restaurant_id,
        service_date=offer.service_date,
        starts_at=offer.starts_at,
        reason=reason,
        occurred_at=offer.made_at,
    )


def _came_first(candidate: Candidate, offer: WaitlistOffer) -> bool:
    joined = (candidate.entry.created_at, candidate.entry.pk)
    return joined < (offer.entry.created_at, offer.entry_id) and any(
        start.slot.starts_at == offer.starts_at for start in candidate.starts
    )


def _why_no_chance(
    desk: Desk, candidate: Candidate, offer: WaitlistOffer, areas: dict[int, int]
) -> SkipReason:
    if candidate.obstacle is not None:
        return candidate.obstacle
    if offer.starts_at in candidate.passed_starts:
        return SkipReason.NOT_TAKEN_BEFORE
    if desk.is_busy(candidate, offer.starts_at, offer.ends_at):
        return SkipReason.BUSY_ELSEWHERE
    offered = {areas[table_id] for table_id in offer.table_ids if table_id in areas}
    if candidate.entry.area_ids and not offered & set(candidate.entry.area_ids):
        return SkipReason.UNAVAILABLE_AREA
    return SkipReason.NO_FIT


def _areas_of(offers: Iterable[WaitlistOffer]) -> dict[int, int]:
    """The areas of the tables that were offered."""
    table_ids = {table_id for offer in offers for table_id in offer.table_ids}
    if not table_ids:
        return {}
    return dict(Table.objects.filter(pk__in=table_ids).values_list("pk", "area_id"))

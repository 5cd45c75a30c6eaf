"""Tables for a party of the queue: choosing them in turn, keeping them, giving them back (rules
95-97).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bookings import realtime
from bookings.availability import Reason, check_manual
from bookings.errors import TableTaken, TableUnsuitable
from bookings.models import Hold
from bookings.services import service_date_now
from bookings.services.holds import hold_use
from bookings.services.overruns import overrunning, stay_extend
from bookings.services.room import check_nobody_sits, cleaning_end, free_until, next_second
from bookings.services.seats import Claim, seats_take
from bookings.services.tables import tables_check_known
from bookings.services.walkin_party import KEPT, LEAST, WalkIn, party_at_the_door
from bookings.services.walkins import MERELY_SAID
from reservehub.core.actors import Actor
from reservehub.core.locks import advisory_day_lock
from reservehub.core.tokens import hash_token
from waitlist.models import QueueEntry, QueueSkip, QueueSkipReason, QueueSource, QueueStatus
from waitlist.queue.errors import NoTableReady, OutOfTurn
from waitlist.queue.links import queue_hold_token, queue_owner_key
from waitlist.queue.rules import HOLD, Passed, why_passed
from waitlist.selectors.house import HouseNow, house_now
from waitlist.selectors.queue import queue_of


def days_lock(entry: QueueEntry, *, now: datetime) -> None:
    """Hold the days on which somebody may sit now, as a walk-in does, and let those who stay longer
    keep their tables. The caller holds the queue.
    """
    today = service_date_now(entry.restaurant, now=now)
    days = [today - timedelta(days=n) for n in range(3)]
    advisory_day_lock(entry.restaurant_id, days)
    for one in overrunning(now=now, restaurant_id=entry.restaurant_id, dates=days[:2]):
        stay_extend(reservation_id=one, now=now)


def tables_choose(
    entry: QueueEntry,
    table_ids: Sequence[int],
    *,
    overrides: frozenset[str],
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """The tables for a party that is called: those named, else the best that are free. Who came
    earlier and is passed over is written down with the reason. The caller holds the days.

    :raises OutOfTurn: if somebody ahead fits them, unless "order" is overridden
    :raises NoTableReady: if none was named and none is free
    """
    queue = [one for one in queue_of(entry.restaurant_id) if one.pk != entry.pk]
    house = house_now(
        entry.restaurant, service_date=entry.service_date, queue=[*queue, entry], now=now
    )
    tables = tuple(sorted(set(table_ids)))
    if tables:
        tables_check_known(entry.restaurant, tables)
    else:
        tables = tuple(sorted(house.free_seat(entry)))
    if not tables:
        raise NoTableReady(reasons=[Reason.NO_TABLE_FREE.value])
    ahead = [one for one in queue if _is_ahead(one, entry)]
    _pass(entry, ahead, tables, house, overrides=overrides, actor=actor, now=now)
    return tables


def _is_ahead(other: QueueEntry, mine: QueueEntry) -> bool:
    """Whether another came earlier and has no table yet."""
    if other.status == QueueStatus.SERVICE_READY:
        return False
    return (other.joined_at, other.pk) < (mine.joined_at, mine.pk)


def _pass(
    entry: QueueEntry,
    ahead: Sequence[QueueEntry],
    tables: tuple[int, ...],
    house: HouseNow,
    *,
    overrides: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Write down who is passed over (rule 96)."""
    reasons = {one.pk: _reason(one, tables, house, now=now) for one in ahead}
    wronged = [pk for pk, reason in reasons.items() if reason is Passed.BY_HOST]
    if wronged and "order" not in overrides:
        raise OutOfTurn(ahead=wronged)
    QueueSkip.objects.bulk_create(
        QueueSkip(
            restaurant_id=entry.restaurant_id,
            entry=one,
            in_favour_of=entry,
            reason=QueueSkipReason(reasons[one.pk].value),
            actor_kind=str(actor.kind),
            actor_label=actor.label[:150],
            table_ids=list(tables),
            occurred_at=now,
        )
        for one in ahead
    )


def _reason(
    other: QueueEntry, tables: tuple[int, ...], house: HouseNow, *, now: datetime
) -> Passed:
    wanted = set(tables)
    fits = any(wanted == set(option.table_ids) for option in house.options_of(other))
    return why_passed(fits=fits, is_absent=is_absent(other, now=now))


def is_absent(entry: QueueEntry, *, now: datetime) -> bool:
    """Whether a party is known not to be at the door: it did not come when called, or is still on
    its way.
    """
    if entry.status == QueueStatus.SKIPPED:
        return entry.coming_at is None
    if entry.source == QueueSource.HOST or entry.eta_minutes is None:
        return False
    return now < entry.joined_at + timedelta(minutes=entry.eta_minutes)


def tables_hold(
    entry: QueueEntry, tables: tuple[int, ...], *, overrides: frozenset[str], now: datetime
) -> Hold:
    """Keep tables for a party for ten minutes, and for its stay after them: nobody else is promised
    them meanwhile. The caller holds the days and has given up what the party held before.

    :raises TableOccupied: if somebody still sits there (rule 64)
    :raises TableTaken: if one is taken, or its next party is due soon (`reasons`, rule 95)
    :raises TableUnsuitable: if they do not suit and nobody overrides that
    """
    cleaning_end(tables, now=now)
    party = party_at_the_door(
        entry.restaurant,
        entry.service_date,
        entry.party_size,
        overrides=overrides - {"order"},
        now=now,
    )
    _check_suits(party, tables)
    check_nobody_sits(tables, now=now)
    until = _until(party, tables, overrides=overrides, now=now)
    hold = Hold(
        restaurant=entry.restaurant,
        token_hash=hash_token(queue_hold_token(entry.pk)),
        owner_key=queue_owner_key(entry.pk),
        service_date=entry.service_date,
        starts_at=now,
        ends_at=until,
        party_size=entry.party_size,
        is_online=False,
        created_at=now,
        expires_at=now + HOLD,
    )
    hold.save(force_insert=True)
    claim = Claim(
        table_ids=tables,
        starts_at=now,
        ends_at=until,
        hold_id=hold.pk,
        expires_at=hold.expires_at,
    )
    if not seats_take([claim], restaurant_id=entry.restaurant_id, now=now):
        raise TableTaken(reasons=[Reason.TABLE_BUSY.value])
    realtime.push_holds(entry.restaurant_id)
    return hold


def _check_suits(party: WalkIn, tables: tuple[int, ...]) -> None:
    reasons = check_manual(party.day.service, party.query, next_second(party.now), tables)
    refused = set(reasons) - party.query.overrides - MERELY_SAID - {Reason.TABLE_BUSY}
    if refused:
        raise TableUnsuitable(reasons=sorted(reason.value for reason in refused))


def _until(
    party: WalkIn, tables: tuple[int, ...], *, overrides: frozenset[str], now: datetime
) -> datetime:
    """Until when the tables are kept: the whole stay from the end of the ten minutes, or as long as
    the next party allows.
    """
    wanted = party.ends_at(None) + HOLD + party.buffer_time
    least = party.least(LEAST if "due_soon" in overrides else KEPT) + HOLD
    free = free_until(tables, at=now, now=now)
    if free is not None and free <= now:
        raise TableTaken(reasons=[Reason.TABLE_BUSY.value])
    if free is not None and free < min(least, wanted):
        raise TableTaken(reasons=["due_soon"], until=free.isoformat())
    return wanted if free is None else min(wanted, free)


def tables_release(entry: QueueEntry) -> None:
    """Give back what is held for a party, if anything is. The caller holds the queue."""
    held = Hold.objects.select_for_update().filter(
        restaurant=entry.restaurant_id, owner_key=queue_owner_key(entry.pk)
    )
    rows = list(held.order_by("pk"))
    for hold in rows:
        hold_use(hold)
    if rows:
        realtime.push_holds(entry.restaurant_id)
    entry.hold_id = None


def is_held(entry: QueueEntry, *, now: datetime) -> bool:
    """Whether the tables of a called party are still kept for it."""
    if entry.hold_id is None or entry.status != QueueStatus.SERVICE_READY:
        return False
    return Hold.objects.filter(pk=entry.hold_id, expires_at__gt=now).exists()

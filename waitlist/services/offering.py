"""Making an offer: a real hold for one guest, or a word to all (rules 88, 90)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings.errors import SlotUnavailable
from bookings.models import Hold
from bookings.services.holds import hold_place
from reservehub.core.actors import Actor
from reservehub.core.tokens import new_nonce
from waitlist.events import OfferMade
from waitlist.links import hold_token, owner_key
from waitlist.models import EntryStatus, OfferStatus, WaitlistOffer
from waitlist.services.chances import Desk, Place
from waitlist.services.records import entry_save, offer_members, record

HANDOVER = timedelta(minutes=2)
"""So much longer than the offer its hold lives, so that whoever passes the table on to the next
guest finds it still held (rule 89). If nobody comes, it is free for all."""


def offer_make(
    desk: Desk,
    place: Place,
    *,
    shares: bool,
    cause: str,
    is_broadcast: bool = False,
    actor: Actor,
    now: datetime,
) -> WaitlistOffer | None:
    """Offer a place to its entry; None if a rival took the tables at this moment.

    The caller holds the waitlist and the day.

    :param shares: smaller parties wait for the same table: half of the window is all (rule 87)
    """
    expires_at = place.expires_at
    if shares and place.half_ends_at is not None:
        expires_at = min(expires_at, place.half_ends_at)
    offer = _offer(desk, place, cause=cause, is_broadcast=is_broadcast, expires_at=expires_at)
    if not is_broadcast and not _held(desk, place, offer):
        return None
    offer.save(force_insert=True)
    entry = place.candidate.entry
    entry.status = EntryStatus.OFFERED
    entry_save(entry, now=now)
    record(
        entry,
        OfferMade(**offer_members(offer, actor=actor, now=now), expires_at=expires_at),
        actor=actor,
        action="waitlist.offer_made",
        now=now,
        after={
            "offer": offer.pk,
            "starts_at": offer.starts_at.isoformat(),
            "expires_at": expires_at.isoformat(),
            "tables": offer.table_ids,
            "cause": cause,
            "is_broadcast": is_broadcast,
        },
    )
    return offer


def _offer(
    desk: Desk, place: Place, *, cause: str, is_broadcast: bool, expires_at: datetime
) -> WaitlistOffer:
    slot = place.slot
    return WaitlistOffer(
        entry=place.candidate.entry,
        restaurant=desk.restaurant,
        status=OfferStatus.OPEN,
        service_date=desk.date,
        local_date=slot.local_time.date(),
        local_time=slot.local_time.time(),
        fold=slot.fold,
        starts_at=slot.starts_at,
        ends_at=place.seat.ends_at,
        party_size=place.query.party_size,
        area_id=place.query.area_id,
        table_ids=[] if is_broadcast else list(place.seat.table_ids),
        cause=cause,
        is_broadcast=is_broadcast,
        since=desk.since,
        made_at=desk.now,
        expires_at=expires_at,
        nonce=new_nonce(),
    )


def _held(desk: Desk, place: Place, offer: WaitlistOffer) -> bool:
    """Keep the tables for the offer."""
    answer = desk.answer_at(place)
    try:
        with transaction.atomic():
            hold, seat = hold_place(
                restaurant=desk.restaurant,
                day=desk.day,
                query=place.query,
                answer=answer,
                owner_key=owner_key(offer.entry_id),
                token=hold_token(offer.nonce),
                expires_at=offer.expires_at + HANDOVER,
            )
    except SlotUnavailable:
        return False
    offer.hold = hold
    offer.ends_at = hold.ends_at
    offer.table_ids = list(seat.table_ids)
    return True


def hold_is_live(offer: WaitlistOffer, *, now: datetime) -> bool:
    """Whether the tables of an offer are still kept for it."""
    if offer.hold_id is None:
        return False
    return Hold.objects.filter(pk=offer.hold_id, expires_at__gt=now).exists()

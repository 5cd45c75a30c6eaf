"""What becomes of an offer: accepted, declined, not answered (rules 88-90)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bookings.availability import PACING_REASONS, Query, answer_slot
from bookings.errors import NoOnlineAvailability, SlotUnavailable
from bookings.loading import active_restaurant, load_day
from bookings.models import Occupancy, Source
from bookings.selectors import manage_token_of
from bookings.services import Booked, BookingRequest, reservation_create
from reservehub.core.actors import SYSTEM, Actor
from waitlist.errors import FasterGuest, OfferGone
from waitlist.events import EntryPaused, OfferAccepted, OfferDeclined, OfferExpired
from waitlist.links import hold_token
from waitlist.models import EntryStatus, OfferStatus, WaitlistEntry, WaitlistOffer
from waitlist.services.ending import (
    offer_close,
    offer_end,
    offers_withdraw,
    open_offers_lock,
    pass_on,
)
from waitlist.services.offering import hold_is_live
from waitlist.services.records import (
    entry_members,
    entry_save,
    offer_lock,
    offer_members,
    record,
    waitlist_lock,
)

IGNORED_PAUSES = 2
"""So many offers in a row without an answer, and nobody is asked any more (rule 89)."""
BATCH = 500
_PACING = frozenset(reason.value for reason in PACING_REASONS)


def offer_accept(*, offer_id: int, actor: Actor, now: datetime) -> Booked:
    """Turn an offer into a reservation, at the tables that are held for it.

    Accepting twice gives the same booking. Callers have checked whose offer it is.

    :raises NotFound: if it does not exist
    :raises OfferGone: if it was declined, withdrawn, or its time is over
    :raises FasterGuest: if all were told and another was first (rule 90)
    :raises SlotUnavailable: if the restaurant closed meanwhile; the offer is withdrawn
    :raises SameGuestOverlap: if the guest has a booking around that time; the offer stays
    """
    try:
        return _accept(offer_id=offer_id, actor=actor, now=now)
    except OfferGone:
        offer_expire(offer_id=offer_id, now=now)  # if nobody has seen yet that its time is over
        raise
    except NoOnlineAvailability:
        raise
    except SlotUnavailable as refusal:
        if _withdraw(offer_id=offer_id, now=now):
            raise FasterGuest(alternatives=refusal.extra.get("alternatives", [])) from refusal
        raise


@transaction.atomic
def _accept(*, offer_id: int, actor: Actor, now: datetime) -> Booked:
    offer = offer_lock(offer_id)
    if offer.status == OfferStatus.ACCEPTED and offer.reservation is not None:
        return _booked_before(offer)
    _check_open(offer, now=now)
    entry = offer.entry
    booked = _book(offer, entry, actor=actor, now=now)
    offer.reservation = booked.reservation
    offer_close(offer, OfferStatus.ACCEPTED, now=now)
    entry.status = EntryStatus.ACCEPTED
    entry.reservation = booked.reservation
    entry.ended_at = now
    entry_save(entry, now=now, fields=("reservation", "ended_at"))
    record(
        entry,
        OfferAccepted(
            **offer_members(offer, actor=actor, now=now), reservation_id=booked.reservation.pk
        ),
        actor=actor,
        action="waitlist.offer_accepted",
        now=now,
        before={"offer": offer.pk, "status": str(OfferStatus.OPEN)},
        after={"reservation": booked.reservation.reference},
    )
    return booked


def _check_open(offer: WaitlistOffer, *, now: datetime) -> None:
    """:raises OfferGone: unless it can be answered now; its time is decided here (rule 50)"""
    if offer.status != OfferStatus.OPEN:
        raise OfferGone(status=offer.status)
    if now >= offer.expires_at:
        raise OfferGone(status=str(OfferStatus.EXPIRED))


def _booked_before(offer: WaitlistOffer) -> Booked:
    reservation = offer.reservation
    if reservation is None:
        raise OfferGone(status=offer.status)
    taken = Occupancy.objects.filter(reservation=reservation).order_by("table_id")
    return Booked(
        reservation, manage_token_of(reservation), tuple(taken.values_list("table_id", flat=True))
    )


def _book(offer: WaitlistOffer, entry: WaitlistEntry, *, actor: Actor, now: datetime) -> Booked:
    """Through the same door as every booking. The hold was counted when it was made: what staff
    took on beyond the limits since then does not break the promise.
    """
    try:
        return reservation_create(request=_request(offer, entry), actor=actor, now=now)
    except SlotUnavailable as refusal:
        is_pacing = set(refusal.extra.get("reasons", ["?"])) <= _PACING
        if not is_pacing or not hold_is_live(offer, now=now):
            raise
        request = _request(offer, entry, overrides=frozenset({"pacing"}))
        return reservation_create(request=request, actor=actor, now=now)


def _request(
    offer: WaitlistOffer, entry: WaitlistEntry, overrides: frozenset[str] = frozenset()
) -> BookingRequest:
    return BookingRequest(
        restaurant_id=entry.restaurant_id,
        date=offer.service_date,
        time=offer.local_time,
        fold=offer.fold,
        party_size=offer.party_size,
        area_id=offer.area_id,
        required_features=frozenset(entry.required_features),
        guest_name=entry.guest_name,
        guest_email=entry.guest_email,
        guest_phone=str(entry.guest_phone or ""),
        guest_language=entry.guest_language,
        special_occasion=entry.special_occasion,
        special_requests=entry.special_requests,
        dietary_restrictions=tuple(entry.dietary_restrictions),
        has_health_consent=entry.has_health_consent,
        customer_id=entry.customer_id,
        hold_token="" if offer.hold_id is None else hold_token(offer.nonce),
        source=Source.WAITLIST,
        overrides=overrides,
    )


@transaction.atomic
def _withdraw(*, offer_id: int, now: datetime) -> bool:
    """Take back an offer that cannot be kept; whether it was told to all."""
    offer = offer_lock(offer_id)
    if offer.status == OfferStatus.OPEN:
        offers_withdraw([offer], entry_status=EntryStatus.WAITING, actor=SYSTEM, now=now)
        pass_on([offer], now=now)
    return offer.is_broadcast


@transaction.atomic
def offer_decline(*, offer_id: int, actor: Actor, now: datetime) -> WaitlistOffer:
    """The guest does not want it and goes on waiting; the table is offered to the next in the same
    transaction (rule 89). This start is not offered to the guest again. Twice is no error.

    :raises NotFound: if it does not exist
    :raises OfferGone: if it is no longer open
    """
    offer = offer_lock(offer_id)
    if offer.status == OfferStatus.DECLINED:
        return offer
    _check_open(offer, now=now)
    offer.entry.ignored_offers = 0
    offer_end(
        offer,
        OfferStatus.DECLINED,
        OfferDeclined,
        entry_status=EntryStatus.WAITING,
        actor=actor,
        now=now,
        fields=("ignored_offers",),
    )
    pass_on([offer], now=now)
    return offer


@transaction.atomic
def offer_expire(*, offer_id: int, now: datetime) -> WaitlistOffer | None:
    """End an offer whose time is over and pass its table on; None if there is nothing to end.

    The second one in a row that was not answered pauses the entry (rule 89). Where all were told at
    once, not being first is no neglect.
    """
    offer = offer_lock(offer_id)
    if offer.status != OfferStatus.OPEN or now < offer.expires_at:
        return None
    entry = offer.entry
    if not offer.is_broadcast:
        entry.ignored_offers += 1
    is_paused = entry.ignored_offers >= IGNORED_PAUSES
    offer_end(
        offer,
        OfferStatus.EXPIRED,
        OfferExpired,
        entry_status=EntryStatus.PAUSED if is_paused else EntryStatus.WAITING,
        actor=SYSTEM,
        now=now,
        fields=("ignored_offers",),
    )
    if is_paused:
        record(
            entry,
            EntryPaused(**entry_members(entry, actor=SYSTEM, now=now)),
            actor=SYSTEM,
            action="waitlist.paused",
            now=now,
            after={"ignored_offers": entry.ignored_offers},
        )
    pass_on([offer], now=now)
    return offer


def offers_expire(*, now: datetime) -> int:
    """End every offer whose time is over; each in a transaction of its own. Returns how many."""
    due = WaitlistOffer.objects.filter(status=OfferStatus.OPEN, expires_at__lte=now)
    ids = list(due.order_by("expires_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(offer_expire(offer_id=offer_id, now=now) is not None for offer_id in ids)


@transaction.atomic
def broadcasts_check(*, restaurant_id: int, service_date: date, now: datetime) -> int:
    """Take back what all were told, where somebody else has it now. Returns how many."""
    offers = WaitlistOffer.objects.filter(
        restaurant=restaurant_id,
        service_date=service_date,
        status=OfferStatus.OPEN,
        is_broadcast=True,
    )
    if not offers.exists():
        return 0
    waitlist_lock(restaurant_id)
    restaurant = active_restaurant(restaurant_id)
    entries = WaitlistEntry.objects.select_for_update(of=("self",), no_key=True)
    rows = open_offers_lock(list(entries.filter(offers__in=offers).order_by("pk")))
    if restaurant is None:
        gone = rows
    else:
        day = load_day(restaurant, service_date, now=now).service
        gone = [o for o in rows if not answer_slot(day, _query(o, now), o.starts_at).available]
    offers_withdraw(gone, entry_status=EntryStatus.WAITING, actor=SYSTEM, now=now)
    return len(gone)


def _query(offer: WaitlistOffer, now: datetime) -> Query:
    features = frozenset(offer.entry.required_features)
    return Query(
        party_size=offer.party_size, now=now, area_id=offer.area_id, required_features=features
    )

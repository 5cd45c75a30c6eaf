"""Joining the queue, at the door or from afar (rules 93, 94)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.errors import NoOnlineAvailability
from bookings.services.records import restaurant_for_booking
from bookings.validation import MAX_NAME, area_errors, party_errors
from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest
from guests.services import guest_match
from reservehub.core import audit
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Restaurant
from waitlist.models import IN_QUEUE, QueueEntry, QueueSettings, QueueSource
from waitlist.prediction import NO_WAIT, Quote
from waitlist.queue.errors import AlreadyInQueue, QueueClosed
from waitlist.queue.events import QueueJoined
from waitlist.queue.links import queue_link
from waitlist.selectors.house import HouseNow
from waitlist.selectors.queue import Asking, QueueNow, queue_now, queue_settings_of
from waitlist.services.queue.records import queue_lock, tell
from waitlist.services.queue.requests import Queued, QueueRequest

STAFF = (ActorKind.STAFF, ActorKind.PLATFORM)
MAX_NOTE = 300


@transaction.atomic
def queue_join(*, request: QueueRequest, actor: Actor, now: datetime) -> Queued:
    """Put a party into the queue, with the quote it is told: minutes from now, kept with the entry
    so that it can be compared with what happens.

    :raises ValidationFailed: for bad contact data, party size or area, with pointers
    :raises AlreadyInQueue: if the phone has a place already
    :raises QueueClosed: from afar, with `reasons`; staff may add anybody
    :raises NoOnlineAvailability: for a blocked guest; staff may add them all the same
    """
    restaurant = restaurant_for_booking(request.restaurant_id)
    is_staff = actor.kind in STAFF
    request = _normalised(request, restaurant, is_staff=is_staff)
    queue_lock(restaurant.pk)
    _check_once(request)
    asking = Asking(request.party_size, request.area_id, request.required_features)
    here = queue_now(restaurant, now=now, sizes=(), asking=asking)
    quote = here.asked or NO_WAIT
    if not is_staff:
        reasons = sorted(closed_for(request, here, quote, queue_settings_of(restaurant.pk)))
        if reasons:
            raise QueueClosed(reasons=reasons)
    guest = _guest(request, restaurant, is_staff=is_staff, now=now)
    entry = _entry(request, restaurant, guest, quote, here.house)
    entry.save(force_insert=True)
    after = {
        "party_size": entry.party_size,
        "quoted": [quote.low, quote.high],
        "source": str(entry.source),
    }
    audit.record(
        actor=actor,
        action="queue.joined",
        obj=entry,
        now=now,
        restaurant_id=restaurant.pk,
        after=after,
    )
    tell(entry, QueueJoined, actor=actor, now=now)
    return Queued(entry, queue_link(entry.link_nonce).token)


def closed_for(
    request: QueueRequest, here: QueueNow, quote: Quote, settings: QueueSettings
) -> Iterator[str]:
    """Why a party from afar may not join now (rule 93)."""
    house = here.house
    if not settings.is_remote_open:
        yield "switched_off"
        return
    if not house.is_open:
        yield "outside_hours"
        return
    afar = [line for line in here.lines if line.entry.source != QueueSource.HOST]
    if len(afar) >= settings.most_remote:
        yield "full"
    if request.party_size > settings.largest_remote_party:
        yield "party_too_large"
    if (request.eta_minutes or 0) > settings.most_minutes_away:
        yield "too_far"
    last = house.last_seating
    if quote.is_hopeless or last is None or house.now + timedelta(minutes=quote.high) > last:
        yield "too_late"


def _normalised(request: QueueRequest, restaurant: Restaurant, *, is_staff: bool) -> QueueRequest:
    errors = [*party_errors(request.party_size), *area_errors(request.area_id, restaurant)]
    phone = email = ""
    try:
        phone = normalise_phone(request.phone, region=restaurant.country)
    except BadPhone as error:
        errors.append(FieldError("/phone", "invalid_phone", str(error)))
    try:
        email = normalise_email(request.email)
    except BadEmail as error:
        errors.append(FieldError("/email", "invalid_email", str(error)))
    errors += _text_errors(request)
    if not is_staff:
        errors += _missing(request)
    if errors:
        raise ValidationFailed(errors=errors)
    return replace(
        request,
        name=request.name.strip(),
        phone=phone,
        email=email,
        note=request.note.strip(),
        language=request.language or restaurant.language,
    )


def _text_errors(request: QueueRequest) -> Iterator[FieldError]:
    for field, text, most in (
        ("name", request.name, MAX_NAME),
        ("note", request.note, MAX_NOTE),
    ):
        if len(text) > most:
            detail = _("Use at most %(limit)d characters.") % {"limit": most}
            yield FieldError(f"/{field}", "too_long", detail)
        if "\x00" in text:
            yield FieldError(f"/{field}", "nul_character", _("Remove the NUL character."))


def _missing(request: QueueRequest) -> Iterator[FieldError]:
    """Who is not at the door must be told when the table is ready."""
    if not request.name.strip():
        yield FieldError("/name", "required", _("Enter your name."))
    if not request.phone.strip() and not request.email.strip():
        detail = _("Enter a phone number or an e-mail address, so that we can reach you.")
        yield FieldError("/phone", "contact_required", detail)


def _guest(
    request: QueueRequest, restaurant: Restaurant, *, is_staff: bool, now: datetime
) -> Guest | None:
    """The guest's record; nobody's where the party left no contact."""
    if not request.phone and not request.email:
        return None
    guest = guest_match(
        organisation_id=restaurant.organisation_id,
        name=request.name,
        phone=request.phone,
        email=request.email,
        language=request.language,
        now=now,
    ).guest
    if guest.is_blocked and not is_staff:
        raise NoOnlineAvailability(reasons=[], alternatives=[])
    return guest


def _check_once(request: QueueRequest) -> None:
    """One place per phone; from afar, one per e-mail as well where there is no phone."""
    rows = QueueEntry.objects.filter(restaurant=request.restaurant_id, status__in=IN_QUEUE)
    same = {"phone": request.phone} if request.phone else {"phone": "", "email": request.email}
    if (request.phone or request.email) and rows.filter(**same).exists():
        raise AlreadyInQueue


def _entry(
    request: QueueRequest,
    restaurant: Restaurant,
    guest: Guest | None,
    quote: Quote,
    house: HouseNow,
) -> QueueEntry:
    link = queue_link()
    return QueueEntry(
        restaurant=restaurant,
        guest=guest,
        source=request.source,
        service_date=house.day.prepared.config.date,
        joined_at=house.now,
        name=request.name,
        phone=request.phone,
        email=request.email,
        language=request.language,
        party_size=request.party_size,
        area_id=request.area_id,
        required_features=sorted(request.required_features),
        note=request.note,
        eta_minutes=request.eta_minutes,
        quoted_low=quote.low,
        quoted_high=quote.high,
        middle_minutes=quote.middle,
        promised_at=house.now + timedelta(minutes=quote.high),
        had_to_wait=not quote.is_now,
        told_low=quote.low,
        told_high=quote.high,
        link_nonce=link.nonce,
        token_hash=link.token_hash,
    )

"""A booking as a row, written the way `bookings.services.reservation_create` writes it.

For history and the days ahead, where booking one by one through the service would take minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from bookings import policies
from bookings.availability import Channel
from bookings.lifecycle import Status, pending_expires_at
from bookings.links import new_link
from bookings.models import Reservation
from demo.cast import Person
from demo.guestbook import GuestBook
from demo.menu import Option
from demo.steps import MINUTE
from demo.wish import Place, Wish, is_request, nonce_of
from guests.models import Guest

WALK_IN_NAMES = {"russia": "Без брони"}


def references(years: list[int]) -> Iterator[str]:
    """Numbers from the sequence that all bookings share, one per year given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('bookings_reference_seq') FROM generate_series(1, %s)", [len(years)]
        )
        numbers = [number for (number,) in cursor.fetchall()]
    for year, number in zip(years, numbers, strict=True):
        yield f"RES-{year}-{number:06d}"


def reservation_of(
    wish: Wish,
    *,
    place: Place,
    period_id: int | None,
    option: Option,
    book: GuestBook,
) -> Reservation:
    """The row of a new booking, without its reference, at the moment of asking."""
    visit, restaurant = wish.visit, place.restaurant
    person, guest = _who(wish, book)
    cancel_by, change_by = _deadlines(wish, place)
    link = new_link(nonce_of(restaurant.pk, wish.date, visit))
    needs_answer = is_request(place.house, visit)
    is_by_staff = wish.channel is not Channel.ONLINE
    return Reservation(
        restaurant=restaurant,
        guest=guest,
        customer=book.customer if guest and guest.user_id == book.customer.pk else None,
        status=Status.PENDING if needs_answer else Status.CONFIRMED,
        confirmation_method="manual" if needs_answer or is_by_staff else "instant",
        confirmed_at=None if needs_answer else wish.created_at,
        expires_at=pending_expires_at(wish.created_at, wish.starts_at) if needs_answer else None,
        service_date=wish.date,
        local_date=wish.local.date(),
        local_time=wish.local.time(),
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + option.stay,
        buffer_minutes=(option.taken - option.stay) // MINUTE,
        service_period_id=period_id,
        party_size=visit.party,
        guest_name=person.name if person else walk_in_name(place),
        guest_email=person.email if person else "",
        guest_phone=(guest.phone or "") if guest else "",
        guest_language=person.language if person else restaurant.language,
        area_preference_id=place.area_id(visit),
        special_occasion=visit.occasion,
        special_requests=visit.request,
        dietary_restrictions=list(visit.dietary),
        has_health_consent=bool(visit.dietary),
        internal_notes=visit.note,
        is_vip=guest.is_vip if guest else False,
        previous_visits=book.visits_before(guest, wish.created_at) if guest else 0,
        source=visit.source,
        is_online=wish.channel is Channel.ONLINE,
        policy_snapshot=policies.snapshot(
            restaurant.policy,
            cancel_deadline_at=cancel_by,
            modify_deadline_at=change_by,
            currency=restaurant.currency,
        ),
        cancel_deadline_at=cancel_by,
        modify_deadline_at=change_by,
        created_at=wish.created_at,
        updated_at=wish.created_at,
        link_nonce=link.nonce,
        manage_token_hash=link.manage_hash,
        view_token_hash=link.view_hash,
    )


def walk_in_name(place: Place) -> str:
    """What stands in the book for guests who did not give a name."""
    return WALK_IN_NAMES.get(place.house.cast, "Walk-in")


def _who(wish: Wish, book: GuestBook) -> tuple[Person | None, Guest | None]:
    index = wish.visit.guest
    return (None, None) if index is None else (book.person(index), book.guest(index))


def _deadlines(wish: Wish, place: Place) -> tuple[datetime, datetime]:
    policy = place.restaurant.policy
    cancel_by = policies.cancel_deadline(
        policy, starts_at=wish.starts_at, service_date=wish.date, zone=place.zone
    )
    return cancel_by, policies.modify_deadline(policy, starts_at=wish.starts_at)

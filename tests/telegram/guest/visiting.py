"""Bookings that a chat has, without the taps that made them."""

from __future__ import annotations

from typing import Any

from bookings.models import Reservation
from bookings.services import reservation_create
from notifications.services import contact_point_add
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request
from tests.telegram.guest.phone import Phone


def booked_by(phone: Phone, restaurant: Restaurant, **fields: Any) -> Reservation:
    """Friday 19:00 for two, from the website, by the guest of this chat."""
    reservation = booked_by_a_stranger(restaurant, **fields)
    assert reservation.guest_id is not None
    contact_point_add(
        guest_id=reservation.guest_id,
        channel="telegram",
        address=str(phone.user.id),
        keys={},
        now=NOW,
    )
    return reservation


def booked_by_a_stranger(restaurant: Restaurant, **fields: Any) -> Reservation:
    now = fields.pop("now", NOW)
    request = a_request(restaurant, **fields)
    return reservation_create(request=request, actor=GUEST, now=now).reservation

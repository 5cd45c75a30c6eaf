"""What mail programs read of a booking: schema.org as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bookings.lifecycle import AWAITING, TERMINAL, Status
from notifications.rendering.clean import one_line
from notifications.rendering.facts import Facts
from reservehub.core.timezones import zone_info
from restaurants.models import Restaurant

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
"""Nothing a name holds may end the script element."""


def reservation_markup(facts: Facts) -> str:
    """A `FoodEstablishmentReservation` as JSON that may stand inside a script element.

    Shape: https://developers.google.com/workspace/gmail/markup/reference/restaurant-reservation
    """
    reservation = facts.reservation
    if reservation is None:
        return ""
    restaurant = facts.restaurant
    zone = zone_info(restaurant.timezone)
    data = {
        "@context": "http://schema.org",
        "@type": "FoodEstablishmentReservation",
        "reservationNumber": reservation.reference,
        "reservationStatus": f"http://schema.org/{_status(Status(reservation.status))}",
        "underName": {"@type": "Person", "name": facts.name},
        "reservationFor": {
            "@type": "FoodEstablishment",
            "name": facts.place,
            "address": _address(restaurant),
            **({"telephone": str(restaurant.phone)} if restaurant.phone else {}),
            "url": facts.links["restaurant"],
        },
        "startTime": reservation.starts_at.astimezone(zone).isoformat(),
        "endTime": reservation.ends_at.astimezone(zone).isoformat(),
        "partySize": reservation.party_size,
        "modifiedTime": reservation.updated_at.isoformat(),
        "url": facts.links["manage"],
        "modifyReservationUrl": facts.links["change"],
        **({"cancelReservationUrl": facts.links["cancel"]} if facts.can_cancel else {}),
    }
    return _escaped(json.dumps(data, ensure_ascii=False))


def _status(status: Status) -> str:
    if status in AWAITING:
        return "ReservationPending"
    is_off = status in TERMINAL and status is not Status.COMPLETED
    return "ReservationCancelled" if is_off else "ReservationConfirmed"


def _address(restaurant: Restaurant) -> Mapping[str, Any]:
    lines = (restaurant.address_line1, restaurant.address_line2)
    return {
        "@type": "PostalAddress",
        "streetAddress": one_line(", ".join(line for line in lines if line), 300),
        "addressLocality": one_line(restaurant.city, 100),
        "postalCode": one_line(restaurant.postal_code, 20),
        "addressCountry": restaurant.country,
    }


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)

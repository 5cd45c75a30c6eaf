"""The calendar file of a booking (RFC 5545): a stable UID and a SEQUENCE that grows (rule 106)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from bookings.lifecycle import AWAITING, CANCELLED, Status
from bookings.models import Reservation
from reservehub.core.timezones import zone_info

_GONE = CANCELLED | {Status.DECLINED, Status.EXPIRED, Status.NO_SHOW, Status.MOVED}


def calendar_file(
    reservation: Reservation, *, title: str, manage_url: str, base_url: str, now: datetime
) -> bytes:
    """One VEVENT, METHOD PUBLISH: calendars show it without asking to accept.

    Times are UTC instants, which need no VTIMEZONE and mean the same everywhere; clients show them
    in their own zone and the text names the restaurant's.

    :param manage_url: empty for somebody who may only look
    """
    status = Status(reservation.status)
    state = "CANCELLED" if status in _GONE else "TENTATIVE" if status in AWAITING else "CONFIRMED"
    restaurant = reservation.restaurant
    wall = reservation.starts_at.astimezone(zone_info(restaurant.timezone))
    notes = [reservation.reference, f"{wall:%Y-%m-%d %H:%M} {restaurant.timezone}", manage_url]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ReserveHub//Reservations//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(reservation.reference)}@{urlsplit(base_url).hostname or 'localhost'}",
        f"SEQUENCE:{reservation.version}",
        f"DTSTAMP:{_instant(now)}",
        f"LAST-MODIFIED:{_instant(reservation.updated_at)}",
        f"DTSTART:{_instant(reservation.starts_at)}",
        f"DTEND:{_instant(reservation.ends_at)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(chr(10).join(note for note in notes if note))}",
        f"LOCATION:{_text(', '.join(p for p in (restaurant.name, restaurant.address) if p))}",
        f"STATUS:{state}",
    ]
    if restaurant.latitude is not None and restaurant.longitude is not None:
        lines.append(f"GEO:{restaurant.latitude:.6f};{restaurant.longitude:.6f}")
    if manage_url:
        lines.append(f"URL:{manage_url}")
    if state == "CONFIRMED":
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_text(title)}",
            "TRIGGER:-PT2H",
            "END:VALARM",
        ]
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(_fold(line) for line in lines)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(zone_info('UTC')):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Escape a TEXT value (RFC 5545, 3.3.11)."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return value.replace("\r\n", "\n").replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """Lines of at most 75 octets, never cutting a character in two (RFC 5545, 3.1)."""
    parts: list[bytes] = []
    current = b""
    for character in line:
        octets = character.encode()
        if len(current) + len(octets) > (75 if not parts else 74):
            parts.append(current)
            current = b""
        current += octets
    parts.append(current)
    return b"\r\n ".join(parts) + b"\r\n"

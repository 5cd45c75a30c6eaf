"""Browsers that show notifications: their push subscriptions come, change and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from notifications.channels.webpush.services import is_push_service
from notifications.kinds import ChannelName
from notifications.models import ContactPoint
from notifications.services.contacts import contact_point_add
from reservehub.core.errors import FieldError, ValidationFailed

LONGEST_ENDPOINT = 500
_SIZES = {"p256dh": 65, "auth": 16}
"""Octets: an uncompressed P-256 point, and the secret (RFC 8291, 3.2)."""


def browser_connect(
    *, guest_id: int, endpoint: str, keys: Mapping[str, str], now: datetime
) -> ContactPoint:
    """Notifications of this guest's bookings go to this browser, too.

    :raises ValidationFailed: unless it is a subscription at a push service we know
    :raises TooManyContacts: after five browsers
    """
    checked = _checked(endpoint, keys)
    return contact_point_add(
        guest_id=guest_id, channel=ChannelName.WEBPUSH, address=endpoint, keys=checked, now=now
    )


def browser_forget(*, guest_id: int, endpoint: str, now: datetime) -> None:
    """No more of them; the browser may still show those of another guest."""
    ContactPoint.objects.filter(
        guest=guest_id, channel=ChannelName.WEBPUSH, address=endpoint, disabled_at=None
    ).update(disabled_at=now, disabled_reason="switched_off")


@transaction.atomic
def browser_renew(
    *, old_endpoint: str, endpoint: str, keys: Mapping[str, str], now: datetime
) -> int:
    """The browser's push service has given it another subscription; returns for how many guests.

    Whoever knows the old endpoint, which nobody can guess, is the browser.

    :raises ValidationFailed: as for `browser_connect`
    """
    checked = _checked(endpoint, keys)
    points = ContactPoint.objects.select_for_update().filter(
        channel=ChannelName.WEBPUSH, address=old_endpoint, disabled_at=None
    )
    guests = [point.guest_id for point in points]
    points.update(disabled_at=now, disabled_reason="renewed")
    for guest_id in guests:
        contact_point_add(
            guest_id=guest_id, channel=ChannelName.WEBPUSH, address=endpoint, keys=checked, now=now
        )
    return len(guests)


def _checked(endpoint: str, keys: Mapping[str, str]) -> dict[str, str]:
    errors = []
    if len(endpoint) > LONGEST_ENDPOINT or not is_push_service(endpoint):
        errors.append(FieldError("/endpoint", "foreign_service", ""))
    for name, size in _SIZES.items():
        if len(_octets(keys.get(name, ""))) != size:
            errors.append(FieldError(f"/{name}", "bad_key", ""))
    if errors:
        raise ValidationFailed(errors=errors)
    return {name: keys[name] for name in _SIZES}


def _octets(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text[:100] + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""

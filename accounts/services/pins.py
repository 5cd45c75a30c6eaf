"""PINs for shared tablets (rule 111)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.errors import BadPin, PinLocked, PinWrong
from accounts.models import Pin, PinTries, User
from reservehub.core import audit
from reservehub.core.actors import Actor

FREE_TRIES = 3
"""Wrong PINs on one device before it has to wait."""
FREE_TRIES_ANYWHERE = 10
"""Wrong PINs of one person on all devices together: a thief with many sessions waits as well."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=8)

UNUSABLE = "!"
"""A hash nothing matches; comparing with it takes as long as with any other."""

_ROWS = ("01234567890", "09876543210")


@transaction.atomic
def pin_set(*, user: User, pin: str, actor: Actor, now: datetime) -> None:
    """Set or change the PIN; wrong tries are forgotten. Views ask for the password first.

    :raises BadPin: anything but four to six digits, or digits anybody would try first
    """
    if not re.fullmatch("[0-9]{4,6}", pin) or len(set(pin)) == 1 or any(pin in r for r in _ROWS):
        raise BadPin
    Pin.objects.update_or_create(user=user, defaults={"hash": make_password(pin), "set_at": now})
    PinTries.objects.filter(user=user).delete()
    audit.record(actor=actor, action="accounts.pin.set", obj=user, now=now)


@transaction.atomic
def pin_remove(*, user: User, actor: Actor, now: datetime) -> None:
    """Take the PIN away; repeating it changes nothing."""
    deleted, _details = Pin.objects.filter(user=user).delete()
    if deleted:
        audit.record(actor=actor, action="accounts.pin.removed", obj=user, now=now)


@transaction.atomic
def pin_unlock(*, user: User, actor: Actor, now: datetime) -> None:
    """Forget the wrong PINs of a person on every device; repeating it changes nothing."""
    deleted, _details = PinTries.objects.filter(user=user).delete()
    if deleted:
        audit.record(actor=actor, action="accounts.pin.unlocked", obj=user, now=now)


def pin_check(*, user: User, pin: str, device: str, now: datetime) -> None:
    """Compare, and count what is wrong: the wait doubles with each wrong PIN from the third on.

    The count is committed even though this raises: call it outside of a transaction.

    :raises PinLocked: with `retry_after`; the PIN is not even looked at
    :raises PinWrong: also for people without a PIN
    """
    with transaction.atomic():
        tries = _tries(user, device)
        until = max((t.locked_until for t in tries if t.locked_until), default=None)
        if until is not None and until > now:
            raise PinLocked(retry_after=int((until - now).total_seconds()) + 1)
        stored = Pin.objects.filter(user=user).values_list("hash", flat=True).first()
        # Without a PIN the hasher works as long as with one.
        is_right = check_password(pin, stored or UNUSABLE)
        if is_right:
            PinTries.objects.filter(user=user).delete()
        else:
            for row, free in zip(tries, (FREE_TRIES_ANYWHERE, FREE_TRIES), strict=True):
                _count(row, free, now)
    if not is_right:
        raise PinWrong


def _tries(user: User, device: str) -> list[PinTries]:
    """The locked counters: of all devices together, then of this one."""
    rows = []
    for key in ("", device):
        PinTries.objects.get_or_create(user=user, device=key)
        rows.append(PinTries.objects.select_for_update().get(user=user, device=key))
    return rows


def _count(row: PinTries, free: int, now: datetime) -> None:
    row.failures = min(row.failures + 1, 1000)
    if row.failures >= free:
        wait = FIRST_WAIT * 2 ** min(row.failures - free, 10)
        row.locked_until = now + min(wait, LONGEST_WAIT)
    row.save(update_fields=["failures", "locked_until"])

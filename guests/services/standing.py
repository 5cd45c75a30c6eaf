"""Who is dear to the house, and who may not book online (rules 65 and 102)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guests.events import GuestVipChanged
from guests.models import Guest
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed

MAX_REASON = 300


@transaction.atomic
def guest_vip(*, guest_id: int, is_vip: bool, actor: Actor, now: datetime) -> Guest:
    """Mark a guest as VIP or as an ordinary one; saying it twice changes nothing.

    :raises NotFound: if there is no such guest
    """
    guest = guest_locked(guest_id)
    if guest.is_vip == is_vip:
        return guest
    guest.is_vip = is_vip
    guest.save(update_fields=["is_vip"])
    events.publish(GuestVipChanged(occurred_at=now, guest_id=guest.pk, is_vip=is_vip))
    before, after = {"is_vip": not is_vip}, {"is_vip": is_vip}
    _record(guest, "guests.guest.vip", before, after, actor=actor, now=now)
    return guest


@transaction.atomic
def guest_block(*, guest_id: int, reason: str, actor: Actor, now: datetime) -> Guest:
    """Let a guest book no longer by themselves: they see that nothing is free online; staff see the
    reason. Saying it again changes only the reason.

    :param reason: may be left out where an earlier block has left one
    :raises NotFound: if there is no such guest
    :raises ValidationFailed: without a reason
    """
    guest = guest_locked(guest_id)
    words = " ".join(reason.split()) or guest.block_reason
    if not words or len(words) > MAX_REASON or "\x00" in words:
        detail = _("Write down why, in up to %(most)d characters.") % {"most": MAX_REASON}
        raise ValidationFailed(errors=[FieldError("/reason", "required", detail)])
    if guest.is_blocked and guest.block_reason == words:
        return guest
    before = _block_facts(guest)
    guest.is_blocked, guest.block_reason = True, words
    guest.save(update_fields=["is_blocked", "block_reason"])
    _record(guest, "guests.guest.blocked", before, _block_facts(guest), actor=actor, now=now)
    return guest


@transaction.atomic
def guest_unblock(*, guest_id: int, actor: Actor, now: datetime) -> Guest:
    """Let a guest book again. The reason stays in the record, so that this can be taken back.

    :raises NotFound: if there is no such guest
    """
    guest = guest_locked(guest_id)
    if not guest.is_blocked:
        return guest
    before = _block_facts(guest)
    guest.is_blocked = False
    guest.save(update_fields=["is_blocked"])
    _record(guest, "guests.guest.unblocked", before, _block_facts(guest), actor=actor, now=now)
    return guest


def guest_locked(guest_id: int) -> Guest:
    """The record, locked until the end of the transaction. Merged and erased ones stay as they are.

    :raises NotFound: if there is none, or it may not be changed
    """
    found = (
        Guest.objects.select_for_update(no_key=True)
        .filter(pk=guest_id, merged_into=None, anonymised_at=None)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _block_facts(guest: Guest) -> dict[str, Any]:
    # The name of the second member makes the audit mask the words, which may tell of a person.
    return {"is_blocked": guest.is_blocked, "block_note": guest.block_reason}


def _record(
    guest: Guest,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(actor=actor, action=action, obj=guest, now=now, before=before, after=after)

"""Forgetting somebody: their rows stay as numbers, nobody can tell whose they are (A6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guests.events import GuestErased
from guests.models import Guest
from guests.privacy import ahead_of, keepers_from_above
from guests.services.moving import letting_others_pass
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, NotFound


class StillAhead(DomainError):
    """The person is expected: whoever waits at the door must know for whom."""

    code = "still_ahead"
    title = _("A visit is still to come, or money is not settled yet. Cancel it first, or wait")


@transaction.atomic
def guest_erase(*, guest_id: int, actor: Actor, now: datetime) -> Guest:
    """Make a guest and the records merged into theirs anonymous, in every app, at once: either
    everything is gone or nothing. Repeating it changes nothing, and it cannot be taken back.

    :raises NotFound: if there is no such guest
    :raises StillAhead: while a visit or a wait for one is to come
    :raises GuestBusy: if others keep changing what belongs to the guest
    """
    return letting_others_pass(lambda: _erase(guest_id, actor=actor, now=now))


def _erase(guest_id: int, *, actor: Actor, now: datetime) -> Guest:
    records = records_locked(guest_id)
    kept = records[0]
    if kept.anonymised_at is not None:
        return kept
    ids = [record.pk for record in records]
    if ahead_of(ids, now):
        raise StillAhead
    records_forget(ids, actor=actor, now=now, reason="asked")
    kept.refresh_from_db()
    return kept


def records_locked(guest_id: int) -> list[Guest]:
    """All records of one person, locked, the kept one first.

    :raises NotFound: if there is no such guest
    """
    found = Guest.objects.filter(pk=guest_id).values_list("merged_into", flat=True)
    if not found:
        raise NotFound
    kept_id = found[0] or guest_id
    rows = Guest.objects.select_for_update(no_key=True)
    # In the order of their numbers, as merging locks them.
    records = list(rows.filter(Q(pk=kept_id) | Q(merged_into=kept_id)).order_by("pk"))
    records.sort(key=lambda record: record.pk != kept_id)
    if not records or records[0].merged_into_id is not None:
        raise NotFound  # merged again at this very moment
    return records


def records_forget(guest_ids: Sequence[int], *, actor: Actor, now: datetime, reason: str) -> None:
    """Let every app make these records anonymous. The caller has locked them.

    :param reason: ``asked`` or ``idle``, for the audit
    """
    for keeper in keepers_from_above():
        keeper.erase(guest_ids, now)
    for guest_id in guest_ids:
        audit.record(
            actor=actor,
            action="guests.guest.erased",
            obj=Guest(pk=guest_id),
            now=now,
            after={"reason": reason},
        )
    events.publish(GuestErased(occurred_at=now, guest_ids=tuple(guest_ids)))

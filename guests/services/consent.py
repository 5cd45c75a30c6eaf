"""The ledger of what guests agreed to (requirement A6, rules 105 and 107)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from guests.models import ConsentEntry, ConsentPurpose, Guest
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound

# The field of the guest that is the last word of a purpose.
_LAST_WORD = {
    ConsentPurpose.MARKETING: "has_marketing_consent",
    ConsentPurpose.HEALTH: "keeps_health_notes",
}


@transaction.atomic
def consent_record(
    *,
    guest_id: int,
    purpose: ConsentPurpose,
    is_given: bool,
    wording: str,
    source: str,
    actor: Actor,
    ip: str | None = None,
    now: datetime,
) -> ConsentEntry | None:
    """Write down that a guest agreed, or changed their mind; the guest shows the last word.

    Of a merged record the kept one is meant (rule 100).

    :param wording: the words the guest saw
    :param source: the door, such as ``booking``, ``own_page`` or ``unsubscribe_link``
    :returns: the new line, or ``None`` if that was the last word already
    :raises NotFound: if there is no such guest
    """
    guest = _locked(guest_id)
    field = _LAST_WORD[purpose]
    if getattr(guest, field) == is_given:
        return None
    entry = ConsentEntry.objects.create(
        guest=guest,
        purpose=purpose,
        is_given=is_given,
        wording=wording[:300],
        source=source,
        actor=actor.label or actor.kind.value,
        ip_address=ip,
        created_at=now,
    )
    setattr(guest, field, is_given)
    guest.save(update_fields=[field])
    audit.record(
        actor=actor,
        action="guests.consent.given" if is_given else "guests.consent.withdrawn",
        obj=guest,
        now=now,
        before={purpose.value: not is_given},
        after={purpose.value: is_given, "source": source},
    )
    return entry


def _locked(guest_id: int) -> Guest:
    """The record that counts for this one, locked until the end of the transaction."""
    seen: set[int] = set()
    while guest_id not in seen:
        seen.add(guest_id)
        guest = Guest.objects.select_for_update(no_key=True).filter(pk=guest_id).first()
        if guest is None:
            raise NotFound
        if guest.merged_into_id is None:
            return guest
        guest_id = guest.merged_into_id
    raise NotFound  # pointing at each other: nobody to ask

"""What guests do themselves about what is stored: get a link, see it, take it along, change their
mind about health notes (A6, rule 107).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from guests.facts import Section
from guests.models import ConsentPurpose, Guest, PrivacyLink
from guests.privacy import keepers, sections_by_keeper
from guests.services.consent import consent_record
from guests.services.erasing import records_locked
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound, RateLimited
from reservehub.core.tokens import derive_token, hash_token, new_nonce

LINK_LIFE = timedelta(hours=24)
MOST_LINKS = 3
"""In 24 hours: nobody's phone shall ring all night because somebody knows their number."""


class OwnLink(NamedTuple):
    link: PrivacyLink
    token: str


def privacy_token(nonce: str) -> str:
    """The token of a link; derived, never stored."""
    return derive_token("guests.privacy", "guest", nonce)


@transaction.atomic
def privacy_link_create(*, guest_id: int, actor: Actor, now: datetime) -> OwnLink:
    """A link to what is stored about a guest, good for 24 hours. Whoever calls sends it to the
    guest's own contact and shows it to nobody.

    :raises NotFound: if there is no such guest (any more)
    :raises RateLimited: for the fourth in 24 hours
    """
    guest = records_locked(guest_id)[0]
    if guest.anonymised_at is not None:
        raise NotFound
    own = PrivacyLink.objects.filter(guest=guest)
    own.filter(expires_at__lte=now).delete()
    if own.count() >= MOST_LINKS:
        raise RateLimited(retry_after=int(LINK_LIFE.total_seconds()))
    nonce = new_nonce()
    token = privacy_token(nonce)
    link = PrivacyLink.objects.create(
        guest=guest,
        nonce=nonce,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    audit.record(actor=actor, action="guests.privacy.link_made", obj=guest, now=now)
    return OwnLink(link, token)


@transaction.atomic
def guest_export(*, guest_id: int, actor: Actor, now: datetime) -> Mapping[str, Any]:
    """Everything stored about a person, as JSON takes it; that it was taken is audited.

    :raises NotFound: if there is no such guest (any more)
    """
    records = records_locked(guest_id)
    guest = records[0]
    if guest.anonymised_at is not None:
        raise NotFound
    found = sections_by_keeper([record.pk for record in records])
    audit.record(actor=actor, action="guests.guest.exported", obj=guest, now=now)
    return {
        "organisation": guest.organisation.name,
        "exported_at": now.isoformat(),
        **{name: _as_json(sections) for name, sections in found.items()},
    }


def _as_json(sections: Sequence[Section]) -> dict[str, list[dict[str, Any]]]:
    return {
        one.name: [{fact.name: fact.value for fact in row} for row in one.rows] for one in sections
    }


@transaction.atomic
def health_notes_keep(
    *, guest_id: int, wording: str, source: str, actor: Actor, now: datetime
) -> None:
    """The guest wants dietary needs and health notes to be known at the next visit too.

    :raises NotFound: if there is no such guest
    """
    consent_record(
        guest_id=guest_id,
        purpose=ConsentPurpose.HEALTH,
        is_given=True,
        wording=wording,
        source=source,
        actor=actor,
        ip=actor.ip,
        now=now,
    )


@transaction.atomic
def health_notes_delete(*, guest_id: int, source: str, actor: Actor, now: datetime) -> int:
    """Delete dietary needs and health notes now, also those of visits to come; the consent to keep
    them ends. Returns how many rows.

    :raises NotFound: if there is no such guest
    """
    records = records_locked(guest_id)
    ids = [record.pk for record in records]
    purged = sum(keeper.purge_health(ids) for keeper in keepers())
    consent_record(
        guest_id=guest_id,
        purpose=ConsentPurpose.HEALTH,
        is_given=False,
        wording="",
        source=source,
        actor=actor,
        ip=actor.ip,
        now=now,
    )
    guest: Guest = records[0]
    audit.record(
        actor=actor,
        action="guests.health.deleted",
        obj=guest,
        now=now,
        after={"rows": purged, "source": source},
    )
    return purged

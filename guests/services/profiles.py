"""Writing the guest book by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest
from guests.services.standing import guest_locked
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.services.rows import stored_values, validation_failed


@transaction.atomic
def guest_save(*, guest: Guest, region: str, actor: Actor, now: datetime) -> Guest:
    """Create or change a guest by hand; an empty contact is kept as none.

    :param region: country whose national phone numbers are meant
    :raises ValidationFailed: bad or missing contact, or one that another guest has
    """
    errors = _tidy(guest, region)
    if errors:
        raise ValidationFailed(errors=errors)
    is_new = guest.pk is None
    stored = None if is_new else Guest.objects.get(pk=guest.pk)
    if is_new:
        guest.created_at = now
    try:
        guest.full_clean()
    except ValidationError as error:
        raise validation_failed(error) from error
    before = None if stored is None else stored_values(stored)
    after = stored_values(guest)
    changed = [name for name in after if before is None or before[name] != after[name]]
    if not changed:
        return guest
    guest.save()
    audit.record(
        actor=actor,
        action="guests.guest.created" if is_new else "guests.guest.changed",
        obj=guest,
        now=now,
        before=None if before is None else {name: _told(name, before[name]) for name in changed},
        after={name: _told(name, after[name]) for name in changed},
    )
    return guest


CHANGEABLE = frozenset(
    {"name", "phone", "email", "language", "dietary_needs", "preferred_features", "preferences"}
)


@transaction.atomic
def guest_change(
    *,
    guest_id: int,
    changes: Mapping[str, Any],
    has_health_consent: bool = False,
    region: str,
    actor: Actor,
    now: datetime,
) -> Guest:
    """Change what is known about a guest; what is not named in the changes stays.

    :param changes: some of `CHANGEABLE`
    :param has_health_consent: the guest agreed that new dietary needs are stored (rule 107)
    :raises NotFound: if there is no such guest
    :raises ValidationFailed: with pointers
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not to be changed: {sorted(unknown)}")
    guest = guest_locked(guest_id)
    needs = changes.get("dietary_needs")
    if needs and set(needs) - set(guest.dietary_needs) and not has_health_consent:
        detail = gettext("Ask the guest whether we may store this, and tick that they agreed.")
        raise ValidationFailed(errors=[FieldError("/has_health_consent", "required", detail)])
    for name, value in changes.items():
        setattr(guest, name, value)
    guest.name = " ".join(str(guest.name).split())
    return guest_save(guest=guest, region=region, actor=actor, now=now)


VIEWED = "guests.guest.viewed"
AGAIN_AFTER = timedelta(hours=1)


@transaction.atomic
def guest_viewed(*, guest: Guest, actor: Actor, now: datetime) -> bool:
    """Write down who opened a profile, once an hour for each person and guest. Returns whether
    this was the first time in the hour.
    """
    told = AuditEntry.objects.filter(
        object_type=Guest._meta.label_lower,
        object_id=str(guest.pk),
        action=VIEWED,
        actor_user_id=actor.user_id,
        occurred_at__gt=now - AGAIN_AFTER,
    )
    if told.exists():
        return False
    audit.record(actor=actor, action=VIEWED, obj=guest, now=now)
    return True


def _told(name: str, value: Any) -> Any:
    """Health and free words are not repeated in the audit: only how much there was."""
    return len(value or ()) if name in {"dietary_needs", "preferences", "block_reason"} else value


def _tidy(guest: Guest, region: str) -> list[FieldError]:
    errors = []
    try:
        guest.phone = normalise_phone(str(guest.phone or ""), region=region) or None
    except BadPhone as error:
        errors.append(FieldError("/phone", "bad_phone", str(error)))
    try:
        guest.email = normalise_email(guest.email or "") or None
    except BadEmail as error:
        errors.append(FieldError("/email", "bad_email", str(error)))
    if not errors and not guest.phone and not guest.email:
        detail = gettext("Enter a phone number or an e-mail address.")
        errors.append(FieldError("/phone", "required", detail))
    return errors

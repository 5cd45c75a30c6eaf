"""Writing the guest book by hand."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
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
        before=None if before is None else {name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return guest


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

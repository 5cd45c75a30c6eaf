"""How long an organisation knows guests who no longer come (rule 108)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guests.models import PrivacySettings
from guests.models.privacy import IDLE_MONTHS
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed

LEAST_MONTHS, MOST_MONTHS = 1, 120


def idle_months_of(organisation_id: int) -> int:
    """What was decided, or the default."""
    found = PrivacySettings.objects.filter(organisation=organisation_id).first()
    return found.idle_months if found else IDLE_MONTHS


@transaction.atomic
def idle_months_set(
    *, organisation_id: int, idle_months: int, actor: Actor, now: datetime
) -> PrivacySettings:
    """Decide it; the next night goes by it.

    :raises ValidationFailed: unless it is 1 to 120
    """
    if not LEAST_MONTHS <= idle_months <= MOST_MONTHS:
        limits = {"least": LEAST_MONTHS, "most": MOST_MONTHS}
        detail = _("Choose from %(least)d to %(most)d months.") % limits
        raise ValidationFailed(errors=[FieldError("/idle_months", "out_of_range", detail)])
    before = idle_months_of(organisation_id)
    found, _is_new = PrivacySettings.objects.update_or_create(
        organisation_id=organisation_id, defaults={"idle_months": idle_months}
    )
    if before != idle_months:
        audit.record(
            actor=actor,
            action="guests.privacy_settings.changed",
            obj=found,
            now=now,
            before={"idle_months": before},
            after={"idle_months": idle_months},
        )
    return found

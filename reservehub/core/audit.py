"""Who changed what, when, and from where; append-only, with personal data masked (rule 109)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from reservehub.core.actors import Actor
from reservehub.core.masking import mask_fields
from reservehub.core.models import AuditEntry
from reservehub.core.rows import insert_row

RETENTION = timedelta(days=365)


def record(
    *,
    actor: Actor,
    action: str,
    obj: Model,
    now: datetime,
    restaurant_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry, in the caller's transaction: no change without it and no entry without one.

    :param action: what the service did, such as ``bookings.reservation.confirm``
    :param before: the fields that changed, as they were; personal data is masked here
    :param after: the same, as they are
    """
    entry = AuditEntry(
        occurred_at=now,
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_label=actor.label[:150],
        channel=actor.channel,
        ip=actor.ip,
        restaurant_id=restaurant_id,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        before=None if before is None else mask_fields(before),
        after=None if after is None else mask_fields(after),
    )
    insert_row(entry)


@transaction.atomic
def audit_prune(*, now: datetime) -> int:
    """Delete entries older than 365 days, the one deletion the database lets through."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL reservehub.audit_purge = 'on'")
        deleted, _ = AuditEntry.objects.filter(occurred_at__lt=now - RETENTION).delete()
        cursor.execute("SET LOCAL reservehub.audit_purge = 'off'")
    return deleted

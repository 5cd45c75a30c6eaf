"""Saving filters of guests."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from guests.models import Segment
from guests.services.conditions import conditions_check
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from restaurants.services.rows import refused, stored_values, validation_failed


@transaction.atomic
def segment_save(*, segment: Segment, actor: Actor, now: datetime) -> Segment:
    """Create or change a segment; saving it unchanged does nothing.

    :raises ValidationFailed: no name, a name that another segment has, or conditions at fault
    """
    segment.name = " ".join(segment.name.split())
    is_new = segment.pk is None
    stored = None if is_new else Segment.objects.select_for_update().filter(pk=segment.pk).first()
    if not is_new and stored is None:
        raise NotFound
    if is_new:
        segment.created_at = now
        segment.created_by_id = actor.user_id
    _check(segment)
    before = None if stored is None else stored_values(stored)
    after = stored_values(segment)
    if before == after:
        return segment
    _store(segment)
    audit.record(
        actor=actor,
        action="guests.segment.created" if is_new else "guests.segment.changed",
        obj=segment,
        now=now,
        before=before,
        after=after,
    )
    return segment


def _check(segment: Segment) -> None:
    """:raises ValidationFailed: for everything at fault at once"""
    errors: list[FieldError] = []
    try:
        segment.conditions = conditions_check(
            segment.conditions, organisation_id=segment.organisation_id
        )
    except ValidationFailed as bad:
        errors += bad.errors
    try:
        segment.full_clean(exclude=["conditions"], validate_constraints=False)
    except ValidationError as error:
        errors += validation_failed(error).errors
    rivals = Segment.objects.filter(organisation=segment.organisation_id, name=segment.name)
    if rivals.exclude(pk=segment.pk).exists():
        errors += _name_taken().errors
    if errors:
        raise ValidationFailed(errors=errors)


def _store(segment: Segment) -> None:
    """:raises ValidationFailed: if a rival took the name in the meantime"""
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise _name_taken() from None


def _name_taken() -> ValidationFailed:
    return refused("name", "unique", gettext("Another segment has this name. Choose another."))


@transaction.atomic
def segment_delete(*, segment_id: int, actor: Actor, now: datetime) -> None:
    """Forget the filter; the guests stay as they are.

    :raises NotFound: if there is no such segment
    """
    segment = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if segment is None:
        raise NotFound
    audit.record(
        actor=actor,
        action="guests.segment.deleted",
        obj=segment,
        now=now,
        before=stored_values(segment),
    )
    segment.delete()


@transaction.atomic
def segment_exported(*, segment: Segment, count: int, actor: Actor, now: datetime) -> None:
    """Note in the audit that the people of a segment left the house as a file."""
    audit.record(
        actor=actor,
        action="guests.segment.exported",
        obj=segment,
        now=now,
        after={"segment": segment.name, "rows": count},
    )

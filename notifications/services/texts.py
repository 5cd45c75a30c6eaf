"""What a restaurant decides about its messages: its own words, and when it sends what."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from notifications.kinds import Kind
from notifications.models import MessageSettings, MessageText
from notifications.rendering import placeholders
from reservehub.core import audit
from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from restaurants.services.rows import refused, validate

_PARTS = ("subject", "opening", "short")


@transaction.atomic
def message_text_save(
    *,
    restaurant: Restaurant,
    kind: Kind,
    language: str,
    subject: str,
    opening: str,
    short: str,
    actor: Actor,
    now: datetime,
) -> MessageText:
    """Put a restaurant's own words in place of ours, for one kind and language. Empty parts keep
    ours.

    :raises ValidationFailed: for an unknown placeholder or language, a brace too many, or a text
        that is too long
    """
    if language not in dict(settings.LANGUAGES):
        raise refused("language", "unknown_language", _("There are no messages in this language."))
    parts = {
        "subject": " ".join(subject.split()),
        "opening": opening.replace("\r\n", "\n").strip(),
        "short": " ".join(short.split()),
    }
    placeholders.check(parts)
    found, is_new = MessageText.objects.select_for_update().get_or_create(
        restaurant=restaurant, kind=kind, language=language
    )
    before = {part: getattr(found, part) for part in _PARTS}
    for part, value in parts.items():
        setattr(found, part, value)
    validate(found)
    found.save()
    audit.record(
        actor=actor,
        action="notifications.text.add" if is_new else "notifications.text.change",
        obj=found,
        now=now,
        restaurant_id=restaurant.pk,
        before=None if is_new else before,
        after={"kind": str(kind), "language": language, **parts},
    )
    return found


@transaction.atomic
def message_text_delete(*, text: MessageText, actor: Actor, now: datetime) -> None:
    """Go back to our words."""
    audit.record(
        actor=actor,
        action="notifications.text.delete",
        obj=text,
        now=now,
        restaurant_id=text.restaurant_id,
        before={part: getattr(text, part) for part in ("kind", "language", *_PARTS)},
    )
    text.delete()


@transaction.atomic
def message_settings_save(
    *, message_settings: MessageSettings, actor: Actor, now: datetime
) -> MessageSettings:
    """Store what a restaurant sends and when.

    :raises ValidationFailed: naming the fields
    """
    stored = MessageSettings.objects.select_for_update().filter(pk=message_settings.pk).first()
    before = None if stored is None else _values(stored)
    if stored is not None:
        message_settings._state.adding = False  # noqa: SLF001 - its key is the restaurant's
    validate(message_settings)
    message_settings.save()
    audit.record(
        actor=actor,
        action="notifications.settings.change",
        obj=message_settings,
        now=now,
        restaurant_id=message_settings.restaurant_id,
        before=before,
        after=_values(message_settings),
    )
    return message_settings


def _values(row: MessageSettings) -> dict[str, str]:
    names = [field.name for field in row._meta.concrete_fields if not field.primary_key]
    return {name: str(getattr(row, name)) for name in names}

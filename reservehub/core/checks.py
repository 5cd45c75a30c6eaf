"""System checks of the kernel: a mistake in an event shows at start, not at night."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from reservehub.core import events
from reservehub.core.codec import UnsupportedField, field_codecs


@register("reservehub")
def check_events_can_be_stored(**_: Any) -> Sequence[CheckMessage]:
    """Every event is a dataclass (E002) of types that survive the outbox (E001)."""
    messages: list[CheckMessage] = []
    for cls in events.event_classes():
        if "__dataclass_params__" not in cls.__dict__:
            messages.append(Error(f"{cls.name}: not a dataclass", obj=cls, id="core.E002"))
        try:
            field_codecs(cls)
        except (UnsupportedField, NameError) as error:
            messages.append(Error(f"{cls.name}: {error}", obj=cls, id="core.E001"))
    return messages

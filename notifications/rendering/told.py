"""What a message tells beside its subject: its context, and the words of its campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifications.kinds import Kind
from notifications.models import CampaignRecipient, Message
from notifications.rendering.context import Given
from notifications.unsubscribe import news_url


def given_of(message: Message, *, language: str) -> Given:
    """At most one query, and none but for campaigns."""
    if message.kind != Kind.CAMPAIGN or message._state.adding:  # noqa: SLF001 - documented
        return Given(message.context)
    recipient = getattr(message, "campaign_recipient", None)
    return Given(_campaign(recipient, language) if recipient is not None else message.context)


def _campaign(recipient: CampaignRecipient, language: str) -> Mapping[str, Any]:
    """The variant in the reader's language, else any."""
    written = {text.language: text for text in recipient.campaign.texts.order_by("language")}
    text = written.get(language) or next(iter(written.values()), None)
    words = (
        {} if text is None else {"subject": text.subject, "text": text.text, "short": text.short}
    )
    return {**words, "stop_url": news_url(recipient)}

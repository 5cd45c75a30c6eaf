"""Where the outbox of development finds what was sent.

Messages of this app are found by themselves. An app above that sends in its own way (such as the
cards of a bot, which are edited in place) registers a source in its ``AppConfig.ready``::

    register_outbox_source(lambda: [OutboxItem(key="telegram-card-7", channel="telegram", ...)])

A source returns its newest items, fifty at most, newest first; it is called on every refresh of the
page, in development only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class OutboxButton:
    """A button under a bubble. Without `url` it is shown but leads nowhere."""

    label: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class OutboxTry:
    """One try to send it, in words."""

    at: datetime
    text: str
    is_good: bool = False


@dataclass(frozen=True, kw_only=True)
class OutboxItem:
    """Something that was sent, as its reader saw it.

    :param key: unlike any other item's, ``[a-z0-9-]``; stable, so that the page knows what is new
    :param channel: a `notifications.kinds.ChannelName`; decides what the card looks like
    :param version: anything that changes when the item does, such as an edited text
    :param kind: a `notifications.kinds.Kind`, or empty
    :param kind_label: translated; what the item is, if it has no kind of ours
    :param status: a `notifications.models.MessageStatus`; empty counts as sent
    :param text: the letter as plain text, or the text of the bubble
    :param letter_url: the HTML letter, as a page of ours that may be framed
    :param is_from_guest: written to us, so the bubble stands on the other side
    """

    key: str
    channel: str
    at: datetime
    text: str
    version: str = ""
    kind: str = ""
    kind_label: str = ""
    status: str = ""
    status_label: str = ""
    to: str = ""
    sender: str = ""
    subject: str = ""
    letter_url: str = ""
    attachments: tuple[str, ...] = ()
    buttons: tuple[OutboxButton, ...] = ()
    tries: tuple[OutboxTry, ...] = ()
    is_from_guest: bool = False


OutboxSource = Callable[[], list[OutboxItem]]

_sources: list[OutboxSource] = []


def register_outbox_source(source: OutboxSource) -> None:
    """Have the outbox show what `source` returns as well; registering twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def foreign_items() -> list[OutboxItem]:
    """What the registered sources show now."""
    return [item for source in _sources for item in source()]

"""The outbox of development: messages as cards that look like what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from notifications.kinds import ChannelName, Kind
from notifications.models import AttemptOutcome, ConversationEntry, Message, MessageStatus
from notifications.outbox_sources import OutboxButton, OutboxItem, OutboxTry, foreign_items

SHOWN = 60
"""Of each source."""

_GOOD = frozenset({AttemptOutcome.TAKEN, AttemptOutcome.DELIVERED, AttemptOutcome.READ})
_UNREACHABLE = "none"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the page is narrowed to, and whether it looks for news by itself."""

    channel: str = ""
    kind: str = ""
    status: str = ""
    is_live: bool = True

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From an address; what is unknown narrows nothing."""

        def among(name: str, values: Iterable[str]) -> str:
            value = given.get(name, "")
            return value if value in values else ""

        return cls(
            channel=among("channel", ChannelName.values),
            kind=among("kind", Kind.values),
            status=among("status", MessageStatus.values),
            is_live=given.get("live") != "off",
        )

    def query(self, **changes: str) -> str:
        """``?channel=sms``, with some of it replaced."""
        found = {"channel": self.channel, "kind": self.kind, "status": self.status}
        found["live"] = "" if self.is_live else "off"
        return f"?{urlencode({name: value for name, value in (found | changes).items() if value})}"


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One channel, newest first."""

    channel: str
    label: str | Promise
    items: Sequence[OutboxItem]


@dataclass(frozen=True, kw_only=True)
class Option:
    value: str
    label: str | Promise
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """:ivar version: the same as long as there is nothing new to show"""

    lanes: Sequence[Lane]
    version: str
    count: int


def outbox_of(
    messages: Iterable[Message], entries: Iterable[ConversationEntry], wanted: Wanted
) -> Outbox:
    """The lanes of the page. Messages have to come with restaurant, reservation and tries."""
    items = [_item(message) for message in messages]
    items += [item for item in foreign_items() if _is_wanted(item, wanted)]
    items += [_inbound(entry) for entry in entries]
    if wanted.channel:
        items = [item for item in items if item.channel == wanted.channel]
    items.sort(key=lambda item: item.at, reverse=True)
    labels = {one.value: one.label for one in ChannelName} | {_UNREACHABLE: _("Nobody to reach")}
    lanes = [
        Lane(channel=channel, label=label, items=found)
        for channel, label in labels.items()
        if (found := [item for item in items if item.channel == channel])
    ]
    told = "|".join(f"{item.key}:{item.version}" for item in items)
    return Outbox(
        lanes=lanes, version=hashlib.sha256(told.encode()).hexdigest()[:16], count=len(items)
    )


def _is_wanted(item: OutboxItem, wanted: Wanted) -> bool:
    return all(
        not asked or asked == found
        for asked, found in (
            (wanted.channel, item.channel),
            (wanted.kind, item.kind),
            (wanted.status, item.status or MessageStatus.SENT),
        )
    )


def _item(message: Message) -> OutboxItem:
    tries = list(message.tries.all())
    last = tries[-1] if tries else None
    channel = last.channel if last else next(iter(message.channels), _UNREACHABLE)
    content: Mapping[str, Any] = message.content or {}
    is_mail = channel == ChannelName.EMAIL
    return OutboxItem(
        key=f"message-{message.pk}",
        version=f"{message.status}.{message.attempts}.{'.'.join(one.outcome for one in tries)}",
        channel=channel,
        at=message.sent_at or message.due_at,
        text=content.get("text" if is_mail else "short", ""),
        kind=message.kind,
        kind_label=str(message.get_kind_display()),
        status=message.status,
        status_label=str(message.get_status_display()),
        to=last.address if last else "",
        sender=message.restaurant.name,
        subject=content.get("subject", ""),
        letter_url=reverse("notifications:dev-outbox-letter", args=[message.pk])
        if is_mail and content.get("html")
        else "",
        attachments=tuple(part["name"] for part in content.get("attachments", ())),
        buttons=tuple(
            OutboxButton(label=one["label"], url=one["url"]) for one in content.get("actions", ())
        ),
        tries=tuple(
            OutboxTry(
                at=one.started_at,
                text=" · ".join(
                    part
                    for part in (
                        str(one.get_channel_display()),
                        one.provider,
                        str(one.get_outcome_display()),
                        one.code,
                    )
                    if part
                ),
                is_good=one.outcome in _GOOD,
            )
            for one in tries
        ),
    )


def _inbound(entry: ConversationEntry) -> OutboxItem:
    return OutboxItem(
        key=f"entry-{entry.pk}",
        version=entry.understood_as,
        channel=entry.channel,
        at=entry.at,
        text=entry.text,
        kind_label=_("From the guest"),
        status_label=entry.understood_as,
        sender=str(entry.guest or entry.sender),
        is_from_guest=True,
    )


def options(wanted: Wanted) -> Mapping[str, list[Option]]:
    """The three filters."""

    def of(choices: Iterable[tuple[str, str | Promise]], chosen: str) -> list[Option]:
        every = [("", _("All")), *choices]
        return [
            Option(value=value, label=label, is_chosen=value == chosen) for value, label in every
        ]

    return {
        "channels": of(ChannelName.choices, wanted.channel),
        "kinds": of(Kind.choices, wanted.kind),
        "statuses": of(MessageStatus.choices, wanted.status),
    }

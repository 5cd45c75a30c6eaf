"""The settings page of messages: channels, own words, what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from notifications.channels.base import Content
from notifications.channels.registry import channel_states
from notifications.kinds import MANNERS, Kind
from notifications.models import MessageText
from notifications.rendering import preview, segments
from reservehub.core.errors import ValidationFailed
from restaurants.models import Restaurant
from staff.access import Desk

OWN_WORDS = tuple(
    kind for kind in Kind if not MANNERS[kind].is_for_staff and kind is not Kind.REPLY
)
"""Kinds that may have own words; answers are own words already."""


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """:param problem: why it is off; empty where it is on"""

    label: str
    provider: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class WordsLink:
    language: str
    label: str | Promise
    url: str
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class WordsRow:
    """One kind of message in every language."""

    label: str
    links: tuple[WordsLink, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """:param sms: what the short text costs
    :param problems: why these words cannot be saved
    """

    content: Content
    language: str
    sms_parts: int
    problems: tuple[str, ...] = ()


def channels() -> list[ChannelLine]:
    return [
        ChannelLine(
            label=str(state.channel.label), provider=state.provider, problem=str(state.problem)
        )
        for state in channel_states()
    ]


def words_rows(restaurant: Restaurant) -> list[WordsRow]:
    """Every kind and language with whether there are own words: one query."""
    stored = MessageText.objects.filter(restaurant=restaurant).values_list("kind", "language")
    own = set(stored)
    return [
        WordsRow(
            label=str(kind.label),
            links=tuple(
                WordsLink(
                    language=code,
                    label=label,
                    url=reverse("staff:settings-words", args=[restaurant.slug, kind.value, code]),
                    is_own=(kind.value, code) in own,
                )
                for code, label in settings.LANGUAGES
            ),
        )
        for kind in OWN_WORDS
    ]


def telegram_url(desk: Desk) -> str:
    """The page of the bot, if there is one; shut on shared tablets."""
    if desk.is_shared:
        return ""
    try:
        return reverse("telegram:settings", args=[desk.restaurant.slug])
    except NoReverseMatch:
        return ""


def preview_of(
    restaurant: Restaurant,
    kind: Kind,
    language: str,
    parts: Mapping[str, str],
    *,
    refusal: ValidationFailed | None = None,
) -> Preview:
    """What a guest would get with these words."""
    text = MessageText(restaurant=restaurant, kind=kind, language=language, **parts)
    content = preview(restaurant=restaurant, kind=kind, language=language, text=text)
    return Preview(
        content=content,
        language=language,
        sms_parts=segments(content.short).parts,
        problems=tuple(str(one.detail) for one in refusal.errors) if refusal else (),
    )

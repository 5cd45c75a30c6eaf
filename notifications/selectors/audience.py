"""Who of a segment gets a campaign, over which channel, and who does not and why.

One statement for any number of guests: the count that is shown before and the recipients that are
written at the start come from the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from guests.conditions import BadConditions
from guests.models import Guest
from guests.selectors.segments import guests_in_segment
from notifications.kinds import ChannelName
from notifications.models import Campaign, ContactPoint, OptOut

_TEXT = CharField()


class LeftOut(StrEnum):
    """Why a guest of the segment does not get it; the first that applies."""

    ANONYMISED = "anonymised"
    BLOCKED = "blocked"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"
    OPTED_OUT = "opted_out"
    SAME_ADDRESS = "same_address"


@dataclass(frozen=True, kw_only=True)
class Audience:
    """:param by_channel: how many get it over which channel first
    :param left_out: how many do not, by `LeftOut`
    """

    by_channel: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.by_channel.values())

    @property
    def left_out_count(self) -> int:
        return sum(self.left_out.values())


def campaign_readers(campaign: Campaign) -> QuerySet[Any]:
    """The guests of the segment with `way` and `address` of the first open channel, and `why` not.

    :raises BadConditions: if the segment can no longer be asked
    """
    if campaign.segment is None:
        return Guest.objects.none()
    channels = [ChannelName(name) for name in campaign.channels]
    guests = guests_in_segment(campaign.segment).filter(
        organisation=campaign.restaurant.organisation_id, merged_into=None
    )
    found = guests.order_by().annotate(**{f"at_{name}": _ADDRESSES[name]() for name in channels})
    found = found.annotate(**{f"open_{name}": _unless_refused(name) for name in channels})
    opened = [When(**{f"open_{name}__isnull": False}, then=Value(name.value)) for name in channels]
    return found.annotate(
        way=Case(*opened, default=Value(""), output_field=_TEXT),
        address=_first([f"open_{name}" for name in channels]),
        why=Case(
            When(anonymised_at__isnull=False, then=Value(LeftOut.ANONYMISED.value)),
            When(is_blocked=True, then=Value(LeftOut.BLOCKED.value)),
            When(has_marketing_consent=False, then=Value(LeftOut.NO_CONSENT.value)),
            When(_none_of("at", channels), then=Value(LeftOut.NO_CHANNEL.value)),
            When(_none_of("open", channels), then=Value(LeftOut.OPTED_OUT.value)),
            default=Value(""),
            output_field=_TEXT,
        ),
    )


def _first(names: Sequence[str]) -> Any:
    return Coalesce(*names, Value(""), output_field=_TEXT)


def _none_of(prefix: str, channels: Sequence[ChannelName]) -> Q:
    found = Q()
    for name in channels:
        found &= Q(**{f"{prefix}_{name}__isnull": True})
    return found


def _unless_refused(channel: ChannelName) -> Case:
    """The address, where it has not said STOP and the guest has not switched the channel off."""
    refused = OptOut.objects.filter(channel=channel, address=OuterRef(f"at_{channel}"))
    return Case(
        When(Exists(refused), then=Value(None)),
        When(message_preference__off_channels__contains=[channel.value], then=Value(None)),
        default=F(f"at_{channel}"),
        output_field=_TEXT,
    )


def _phone() -> Any:
    return Cast(F("phone"), _TEXT)


def _connected(channel: ChannelName) -> Subquery:
    points = ContactPoint.objects.filter(guest=OuterRef("pk"), channel=channel, disabled_at=None)
    return Subquery(points.order_by("-pk").values("address")[:1], output_field=_TEXT)


def _whatsapp() -> Any:
    """Chosen or connected: a phone number alone is no consent to it (rule 105)."""
    chosen = When(message_preference__preferred_channel=ChannelName.WHATSAPP, then=_phone())
    return Coalesce(
        _connected(ChannelName.WHATSAPP), Case(chosen, output_field=_TEXT), output_field=_TEXT
    )


_ADDRESSES: Mapping[ChannelName, Callable[[], Any]] = {
    ChannelName.EMAIL: lambda: Cast(F("email"), _TEXT),
    ChannelName.SMS: _phone,
    ChannelName.WHATSAPP: _whatsapp,
    ChannelName.TELEGRAM: lambda: _connected(ChannelName.TELEGRAM),
}

READERS = """
    WITH reader (guest_id, way, address, why) AS MATERIALIZED ({readers}) {then}
    SELECT why, way, count(*), count(DISTINCT address) FROM reader GROUP BY why, way
"""
"""`then` may write from `reader` what is counted."""


def campaign_count(campaign: Campaign) -> Audience:
    """Who would get it now, and who would not and why: one statement."""
    return counted(campaign, then="", values=[])


def campaign_sample(campaign: Campaign) -> str:
    """The name of the first guest who would get it; empty where nobody would."""
    if campaign.segment is None or not campaign.channels:
        return ""
    try:
        readers = campaign_readers(campaign).filter(why="").order_by("pk")
    except BadConditions:
        return ""
    return readers.values_list("name", flat=True).first() or ""


def counted(campaign: Campaign, *, then: str, values: Sequence[Any]) -> Audience:
    """Count the readers, and have `then` use them in the same statement."""
    if campaign.segment is None or not campaign.channels:
        return Audience()
    try:
        readers = campaign_readers(campaign).values_list("pk", "way", "address", "why")
        sql, params = readers.query.sql_with_params()
    except (BadConditions, EmptyResultSet):
        return Audience()  # a segment that can no longer be asked reaches nobody
    with connection.cursor() as cursor:
        cursor.execute(READERS.format(readers=sql, then=then), [*params, *values])
        rows = cursor.fetchall()
    return _audience(rows)


def _audience(rows: Sequence[tuple[str, str, int, int]]) -> Audience:
    """Two guests of one address are one reader: a couple gets one letter."""
    by_channel = {way: readers for why, way, _count, readers in rows if not why}
    left_out: dict[str, int] = {}
    for why, _way, count, readers in rows:
        reason, missed = (why, count) if why else (LeftOut.SAME_ADDRESS.value, count - readers)
        if missed:
            left_out[reason] = left_out.get(reason, 0) + missed
    return Audience(by_channel=by_channel, left_out=left_out)

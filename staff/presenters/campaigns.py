"""What the pages of campaigns print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.presenters.clock import moment_text
from notifications.channels.base import Content
from notifications.kinds import ChannelName
from notifications.models import Campaign, CampaignStatus
from notifications.rendering import segments
from notifications.rendering.preview import campaign_preview
from notifications.selectors.audience import Audience, LeftOut, campaign_sample
from notifications.selectors.campaigns import (
    BookedAfterwards,
    Progress,
    campaign_booked_afterwards,
    campaign_progress,
    campaigns_progress,
)

_REASONS: Mapping[str, str | Promise] = {
    LeftOut.ANONYMISED: gettext_lazy("forgotten at their wish"),
    LeftOut.BLOCKED: gettext_lazy("blocked"),
    LeftOut.NO_CONSENT: gettext_lazy("have not agreed to offers and news"),
    LeftOut.NO_CHANNEL: gettext_lazy("have no address for these channels"),
    LeftOut.OPTED_OUT: gettext_lazy("have said stop, or switched the channel off"),
    LeftOut.SAME_ADDRESS: gettext_lazy("share an address with somebody who gets it"),
}
MAY_CHANGE = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
MAY_CANCEL = (*MAY_CHANGE, CampaignStatus.SENDING, CampaignStatus.PAUSED)


@dataclass(frozen=True, kw_only=True)
class CampaignLine:
    """A campaign in the list."""

    row: Campaign
    progress: Progress
    when: str


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many, and of what."""

    label: str | Promise
    count: int


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The words in one language, as a guest of the segment would get them."""

    language: str
    label: str | Promise
    content: Content
    sms_parts: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """How far a campaign is, and what may be done about it.

    :param is_moving: the page asks again by itself
    """

    status: str
    is_moving: bool
    progress: Progress
    figures: tuple[Counted, ...]
    steps: tuple[tuple[str, str], ...]
    booked: BookedAfterwards | None
    when: str


def campaign_lines(campaigns: Sequence[Campaign]) -> list[CampaignLine]:
    """Two queries for any number of campaigns, with theirs."""
    progress = campaigns_progress(list(campaigns))
    return [
        CampaignLine(row=row, progress=progress[row.pk], when=when_text(row)) for row in campaigns
    ]


def when_text(campaign: Campaign) -> str:
    """The moment that matters now: of the start, planned or past."""
    at: datetime = campaign.started_at or campaign.scheduled_at or campaign.created_at
    return moment_text(at, campaign.restaurant)


def by_channel(audience: Audience) -> list[Counted]:
    return [
        Counted(label=ChannelName(name).label, count=count)
        for name, count in audience.by_channel.items()
    ]


def left_out(counts: Mapping[str, int]) -> list[Counted]:
    return [
        Counted(label=_REASONS[reason], count=counts[reason])
        for reason in LeftOut
        if counts.get(reason)
    ]


def variants(campaign: Campaign) -> list[Variant]:
    """Every language that was written, for the first guest who would get it."""
    name = campaign_sample(campaign)
    labels = dict(settings.LANGUAGES)
    found = []
    for text in campaign.texts.order_by("language"):
        content = campaign_preview(text, name=name)
        found.append(
            Variant(
                language=text.language,
                label=labels.get(text.language, text.language),
                content=content,
                sms_parts=segments(content.short).parts,
            )
        )
    return found


def course_of(campaign: Campaign) -> Course:
    """At most three queries."""
    progress = campaign_progress(campaign)
    status = CampaignStatus(campaign.status)
    has_gone = campaign.started_at is not None and status not in MAY_CHANGE
    return Course(
        status=str(status.label),
        is_moving=status is CampaignStatus.SENDING,
        progress=progress,
        figures=_figures(progress) if has_gone else (),
        steps=_steps(status),
        booked=campaign_booked_afterwards(campaign) if has_gone else None,
        when=when_text(campaign),
    )


def _figures(progress: Progress) -> tuple[Counted, ...]:
    figures = (
        (_("waiting"), progress.waiting),
        (_("sent"), progress.sent),
        (_("delivered"), progress.delivered),
        (_("could not be sent"), progress.failed),
        (_("nobody knows whether it went out"), progress.uncertain),
        (_("no longer wanted when it was due"), progress.dropped),
        (_("stopped before"), progress.cancelled),
        (_("unsubscribed by its link"), progress.unsubscribed),
    )
    return tuple(Counted(label=label, count=count) for label, count in figures)


def _steps(status: CampaignStatus) -> tuple[tuple[str, str], ...]:
    """Names and labels of the buttons."""
    steps = []
    if status is CampaignStatus.SENDING:
        steps.append(("pause", _("Pause")))
    if status is CampaignStatus.PAUSED:
        steps.append(("resume", _("Go on sending")))
    if status in MAY_CANCEL:
        is_new = status in MAY_CHANGE
        steps.append(("cancel", _("Discard") if is_new else _("Stop for good")))
    return tuple(steps)

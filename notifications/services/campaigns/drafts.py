"""Writing a campaign before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from guests.models import Segment
from notifications.errors import CampaignUnderWay
from notifications.kinds import ChannelName
from notifications.models import CAMPAIGN_CHANNELS, Campaign, CampaignStatus, CampaignText
from notifications.rendering import placeholders
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Restaurant

LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a campaign says in one language; an empty `short` repeats the text in SMS and chats."""

    subject: str
    text: str
    short: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.subject or self.text or self.short)


@transaction.atomic
def campaign_save(
    *,
    restaurant: Restaurant,
    name: str,
    segment: Segment,
    channels: Iterable[str],
    texts: Mapping[str, Wording],
    campaign: Campaign | None = None,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Store a draft, new or again; a scheduled one becomes a draft with it.

    :param texts: by language; those without any words are left out
    :raises ValidationFailed: naming the fields, such as ``/text_en``
    :raises CampaignUnderWay: if it has been started
    """
    name = " ".join(name.split())
    texts = {code: _clean(one) for code, one in texts.items()}
    texts = {code: one for code, one in texts.items() if not one.is_empty}
    chosen = [one.value for one in CAMPAIGN_CHANNELS if one in {ChannelName(c) for c in channels}]
    _check(restaurant, name, segment, chosen, texts)
    found = (
        Campaign(restaurant=restaurant, created_by_id=actor.user_id, created_at=now)
        if campaign is None
        else lock_draft(campaign.pk)
    )
    before = None if campaign is None else _values(found)
    found.name, found.segment, found.channels = name, segment, chosen
    found.status, found.scheduled_at = CampaignStatus.DRAFT, None
    found.save()
    found.texts.all().delete()
    CampaignText.objects.bulk_create(
        CampaignText(campaign=found, language=code, **asdict(one)) for code, one in texts.items()
    )
    audit.record(
        actor=actor,
        action="notifications.campaign.add" if campaign is None else "notifications.campaign.save",
        obj=found,
        now=now,
        restaurant_id=restaurant.pk,
        before=before,
        after=_values(found),
    )
    return found


def lock_draft(campaign_id: int) -> Campaign:
    """:raises CampaignUnderWay: if it has been started or cancelled"""
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("restaurant", "segment")
        .get(pk=campaign_id)
    )
    if campaign.status not in (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED):
        raise CampaignUnderWay
    return campaign


def _clean(wording: Wording) -> Wording:
    return Wording(
        subject=" ".join(wording.subject.split()),
        text=wording.text.replace("\r\n", "\n").strip(),
        short=" ".join(wording.short.split()),
    )


def _check(
    restaurant: Restaurant,
    name: str,
    segment: Segment,
    channels: Sequence[str],
    texts: Mapping[str, Wording],
) -> None:
    errors = []
    if not name or len(name) > LONGEST_NAME:
        errors.append(FieldError("/name", "length", _("Give it a name of up to 80 characters.")))
    if segment.organisation_id != restaurant.organisation_id:
        errors.append(FieldError("/segment", "foreign", _("Choose one of your own segments.")))
    if not channels:
        errors.append(FieldError("/channels", "none", _("Choose at least one channel.")))
    if not texts:
        first = restaurant.language
        errors.append(FieldError(f"/text_{first}", "none", _("Write something in one language.")))
    for code, one in texts.items():
        errors += _wording_errors(code, one)
    if errors:
        raise ValidationFailed(errors=errors)


def _wording_errors(code: str, one: Wording) -> list[FieldError]:
    limits = {"subject": (1, 150), "text": (1, 4000), "short": (0, 300)}
    errors = []
    if code not in dict(settings.LANGUAGES):
        errors.append(FieldError("", "unknown_language", _("There is no such language.")))
    for part, (least, most) in limits.items():
        if not least <= len(getattr(one, part)) <= most:
            words = _("Write something here, %(most)d characters at most.") % {"most": most}
            errors.append(FieldError(f"/{part}_{code}", "length", words))
    return errors + [
        error for part in limits for error in _word_errors(f"{part}_{code}", getattr(one, part))
    ]


def _word_errors(field: str, text: str) -> list[FieldError]:
    """A campaign is about no visit: what only a visit has stays empty, so it is refused."""
    try:
        placeholders.check({field: text})
    except ValidationFailed as refusal:
        return list(refusal.errors)
    return [
        FieldError(
            f"/{field}",
            "placeholder_of_a_visit",
            _("{%(name)s} belongs to a booking; a campaign has none.") % {"name": name},
        )
        for name in placeholders.PLACEHOLDERS
        if name not in placeholders.OF_A_GUEST and f"{{{name}}}" in text
    ]


def _values(campaign: Campaign) -> dict[str, object]:
    return {
        "name": campaign.name,
        "segment_id": campaign.segment_id,
        "channels": list(campaign.channels),
        "status": str(campaign.status),
        "languages": sorted(campaign.texts.values_list("language", flat=True)),
    }

"""A campaign as it is written: whom it is for, over which channels, in which words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guests.models import Segment
from notifications.models import CAMPAIGN_CHANNELS, Campaign
from notifications.services.campaigns import Wording
from reservehub.core.timezones import first_instant_from
from staff.forms.base import HouseForm

PARTS = ("subject", "text", "short")


class CampaignForm(HouseForm):
    """`segments` are those of the organisation; every language has three fields of its own."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=_("Only your team sees it. For example: Asparagus in May."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    segment = forms.TypedChoiceField(label=_("Guests"), coerce=int)
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=[(one.value, one.label) for one in CAMPAIGN_CHANNELS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody gets it once: over the first of these that reaches them."),
    )

    def __init__(self, *args: Any, segments: Iterable[Segment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segments = {one.pk: one for one in segments}
        choices = [(pk, one.name) for pk, one in self.segments.items()]
        self.fields["segment"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        for code, _label in settings.LANGUAGES:
            self.fields |= {f"{part}_{code}": field for part, field in _word_fields().items()}

    @classmethod
    def of(cls, campaign: Campaign, segments: Iterable[Segment]) -> CampaignForm:
        """With what is stored."""
        initial: dict[str, Any] = {
            "name": campaign.name,
            "segment": campaign.segment_id,
            "channels": campaign.channels,
        }
        for text in campaign.texts.all():
            initial |= {f"{part}_{text.language}": getattr(text, part) for part in PARTS}
        return cls(initial=initial, segments=segments)

    @property
    def languages(self) -> list[tuple[str, str | Promise, list[BoundField]]]:
        """Code, name and fields of each language."""
        return [
            (code, label, [self[f"{part}_{code}"] for part in PARTS])
            for code, label in settings.LANGUAGES
        ]

    def wish(self) -> dict[str, Any]:
        """What `campaign_save` wants to know."""
        typed = self.cleaned_data
        return {
            "name": typed["name"],
            "segment": self.segments[typed["segment"]],
            "channels": typed["channels"],
            "texts": {
                code: Wording(**{part: typed[f"{part}_{code}"] for part in PARTS})
                for code, _label in settings.LANGUAGES
            },
        }


def _word_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "subject": forms.CharField(
            label=_("Subject"),
            required=False,
            max_length=150,
            widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        ),
        "text": forms.CharField(
            label=_("Text"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"class": "textarea", "rows": 8}),
        ),
        "short": forms.CharField(
            label=_("Short text"),
            required=False,
            max_length=300,
            help_text=_("For SMS and chats; without it they get the whole text."),
            widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        ),
    }
    return fields


class ScheduleForm(HouseForm):
    """When it starts by itself, by the restaurant's clock."""

    scheduled_at = forms.DateTimeField(
        label=_("Start on"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def instant(self, zone: str) -> datetime:
        """The moment that was chosen."""
        wall: datetime = self.cleaned_data["scheduled_at"].replace(tzinfo=None)
        return first_instant_from(wall, zone)

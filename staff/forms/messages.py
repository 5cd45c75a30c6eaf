"""What a restaurant decides about its messages, and its own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import MessageSettings, MessageText
from notifications.services.texts import message_settings_save
from reservehub.core.actors import Actor
from staff.forms.base import HouseForm
from staff.forms.fields import clock
from staff.forms.settings import Group, SettingForm, Words


class MessageSettingsForm(SettingForm):
    """When guests are told what, and where staff learn of requests."""

    class Meta:
        model = MessageSettings
        fields = (
            *("quiet_from", "quiet_until"),
            *("sends_day_reminder", "sends_soon_reminder", "reconfirm_from_party"),
            *("asks_late_guests", "asks_for_reviews"),
            *("tells_staff_by_email", "staff_email"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "quiet_from": clock(),
            "quiet_until": clock(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "sends_day_reminder": _("Remind the day before"),
            "sends_soon_reminder": _("Remind two hours before"),
            "reconfirm_from_party": _("Ask parties from this size whether they still come"),
            "asks_late_guests": _("Ask late guests whether they are on their way"),
            "asks_for_reviews": _("Ask the day after how it was"),
            "tells_staff_by_email": _("Tell staff of requests by e-mail"),
            "staff_email": _("E-mail address for requests"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "quiet_from": _("For example 21:00."),
            "quiet_until": _("For example 09:00. The same time twice: never quiet."),
            "sends_day_reminder": _("With a link to change or cancel."),
            "sends_soon_reminder": _("A short one, for the phone."),
            "reconfirm_from_party": _(
                "Asked 48 hours before; one tap confirms or cancels. For example 5; empty: nobody"
                " is asked."
            ),
            "asks_late_guests": _("Ten minutes after the booked time."),
            "asks_for_reviews": _("Only guests who came, and at most once."),
            "tells_staff_by_email": _(
                "Requests; without a Telegram chat also cancellations and parties that have not"
                " come."
            ),
            "staff_email": _("Empty: the e-mail address of the profile."),
        }

    groups: ClassVar[tuple[Group, ...]] = (
        (
            _("Quiet hours"),
            _(
                "Reminders and questions wait until the morning. What guests wait for, such as a"
                " confirmation or “your table is ready”, goes at once."
            ),
            ("quiet_from", "quiet_until"),
        ),
        (
            _("Before the visit"),
            _("Guests may switch reminders off for themselves."),
            ("sends_day_reminder", "sends_soon_reminder", "reconfirm_from_party"),
        ),
        (_("During and after"), "", ("asks_late_guests", "asks_for_reviews")),
        (_("For your team"), "", ("tells_staff_by_email", "staff_email")),
    )
    wide: ClassVar[frozenset[str]] = frozenset({"reconfirm_from_party"})

    def store(self, *, actor: Actor, now: datetime) -> None:
        """:raises ValidationFailed: naming the fields"""
        message_settings_save(message_settings=self.instance, actor=actor, now=now)


class WordsForm(HouseForm):
    """Own words for one kind and language; empty fields keep ours."""

    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=150,
        help_text=_("For example: See you {day}!"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    opening = forms.CharField(
        label=_("First paragraph of the letter"),
        required=False,
        max_length=1000,
        help_text=_("For example: Dear {name}, your table for {party} is ready on {day}."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    short = forms.CharField(
        label=_("Short text"),
        required=False,
        max_length=300,
        help_text=_("For SMS and chats; the link is added."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, text: MessageText) -> WordsForm:
        """With what is stored."""
        return cls(initial={"subject": text.subject, "opening": text.opening, "short": text.short})

    def parts(self) -> dict[str, str]:
        """What was typed, checked or not."""
        return {name: str(self.data.get(name, "")) for name in self.fields}

"""Settings of one restaurant as forms: plain words, an example with each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError
from restaurants.models import BookingPolicy, Restaurant
from restaurants.services import config_save
from staff.forms.base import add_refusal, dress
from staff.forms.fields import clock, short_text

Words = str | Promise
Group = tuple[Words, Words, tuple[str, ...]]
"""Heading, sentence, names of fields."""


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """One setting. `groups` says in which order and under which headings its fields stand."""

    use_required_attribute = False
    groups: ClassVar[tuple[Group, ...]] = ()
    wide: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, restaurant: Restaurant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.restaurant = restaurant
        self.narrow()
        dress(self)

    def narrow(self) -> None:
        """Offer only what belongs to the restaurant."""

    def store(self, *, actor: Actor, now: datetime) -> None:
        """Let the service check and save what `is_valid` has put into the instance.

        :raises DomainError: its refusals
        """
        config_save(instance=self.instance, actor=actor, now=now)

    def rows(self) -> list[Model]:
        """Unsaved rows that a dry run has to forget again."""
        return [self.instance]

    def add_refusal(self, refusal: DomainError) -> None:
        add_refusal(self, refusal)
        for one in refusal.extra.get("stranded", ()):
            self.add_error(None, "{label} · {guest_name} · {party_size}".format(**one))

    def sections(self) -> list[dict[str, Any]]:
        """For the template: the groups with their bound fields."""
        groups = self.groups or (("", "", tuple(self.fields)),)
        return [
            {
                "title": title,
                "text": text,
                "is_pairs": names[0].startswith("up_to_"),
                "fields": [
                    (self[name], name in self.wide) for name in names if name in self.fields
                ],
            }
            for title, text, names in groups
        ]


def zones(current: str) -> list[tuple[str, str]]:
    """Places of the time zone database, and whatever is set already."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    found = {zone for zone in available_timezones() if zone.startswith((*regions, "Pacific/"))}
    found |= {"UTC", *({current} if current else set())}
    return [(zone, zone.replace("_", " ")) for zone in sorted(found)]


class ProfileForm(SettingForm):
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_(
            "The nearest large city, for example Europe/Amsterdam. If it was wrong, bookings keep"
            " their time on the clock."
        ),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages your staff speak"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Shown to guests, for example English and Russian."),
    )
    language = forms.ChoiceField(
        label=_("Main language"),
        choices=settings.LANGUAGES,
        help_text=_("Letters to guests who did not choose one are written in it."),
    )

    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        help_text=_("For example https://bistro-anna.example."),
    )

    class Meta:
        model = Restaurant
        fields = (
            *("name", "kind", "cuisine", "price_range", "description", "features"),
            *("address_line1", "address_line2", "postal_code", "city", "country"),
            *("latitude", "longitude", "phone", "email", "website"),
            *("timezone", "currency", "language", "languages", "business_day_cut"),
            *("is_public", "is_accepting_reservations"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "features": short_text(),
            "country": short_text(maxlength="2"),
            "currency": short_text(maxlength="3"),
            "business_day_cut": clock(),
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "name": _("Name of the restaurant"),
            "is_public": _("Guests can find it"),
            "is_accepting_reservations": _("Take online bookings"),
            "business_day_cut": _("The evening ends at"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("As on the sign outside, for example Bistro Anna."),
            "cuisine": _("In a word or two, for example: Georgian, seafood."),
            "description": _(
                "Two or three sentences, for example: Small plates and natural wine in a former"
                " print shop, with ten seats at the open kitchen."
            ),
            "features": _("Separated by commas, for example: terrace, wheelchair_accessible."),
            "address_line1": _("For example Prinsengracht 12."),
            "country": _("Two letters, for example NL or RU."),
            "latitude": _("For the map, for example 52.3702."),
            "longitude": _("For the map, for example 4.8952."),
            "phone": _("With the country, for example +31 20 123 4567."),
            "currency": _("Three letters, for example EUR or RUB."),
            "business_day_cut": _(
                "Until this hour of the night the host stand still shows the evening before,"
                " for example 05:00."
            ),
            "is_public": _("Untick it while you are not open yet, for example during renovation."),
            "is_accepting_reservations": _(
                "Untick it to take bookings by telephone only, for example in a holiday week."
            ),
        }

    groups = (
        (
            _("What it is"),
            "",
            ("name", "kind", "cuisine", "price_range", "description", "features"),
        ),
        (
            _("Where it is"),
            "",
            (
                *("address_line1", "address_line2", "postal_code", "city", "country"),
                *("latitude", "longitude", "phone", "email", "website"),
            ),
        ),
        (
            _("Clock, money and language"),
            "",
            ("timezone", "business_day_cut", "currency", "language", "languages"),
        ),
        (_("Online"), "", ("is_public", "is_accepting_reservations")),
    )
    wide = frozenset({"name", "description", "is_public", "is_accepting_reservations"})

    def narrow(self) -> None:
        self.fields["timezone"].choices = zones(self.instance.timezone)  # type: ignore[attr-defined]


class PolicyForm(SettingForm):
    class Meta:
        model = BookingPolicy
        fields = (
            *("confirmation_mode", "instant_up_to", "min_party", "max_party"),
            *("pending_expiry_minutes", "min_notice_minutes", "notice_cutoff_days"),
            *("notice_cutoff_time", "horizon_days", "horizon_release_time"),
            *("oversize_cap", "oversize_relaxed_minutes", "buffer_minutes", "hold_minutes"),
            *("hold_extensions", "same_guest_gap_minutes", "modify_cutoff_minutes"),
            *("cancel_cutoff_minutes", "cancel_cutoff_days", "cancel_cutoff_time"),
            *("cancellation_policy", "grace_minutes", "is_auto_no_show"),
            *("is_volume_mode", "offers_ambiguous_times_twice"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "confirmation_mode": forms.RadioSelect(),
            "notice_cutoff_time": clock(),
            "horizon_release_time": clock(),
            "cancel_cutoff_time": clock(),
            "cancellation_policy": forms.Textarea(attrs={"rows": 3}),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "confirmation_mode": _("A new booking is"),
            "instant_up_to": _("Confirmed at once up to, guests"),
            "pending_expiry_minutes": _("An unanswered request ends after, minutes"),
            "horizon_days": _("Days ahead that can be booked"),
            "horizon_release_time": _("A new day opens at"),
            "oversize_cap": _("Empty seats allowed at a table"),
            "oversize_relaxed_minutes": _("Lift that limit, minutes before"),
            "buffer_minutes": _("Reset time between parties, minutes"),
            "hold_minutes": _("Keep a table while the form is filled in, minutes"),
            "hold_extensions": _("How often a guest may ask for more time"),
            "same_guest_gap_minutes": _("Between two bookings of one guest, minutes"),
            "modify_cutoff_minutes": _("Guests may change until, minutes before"),
            "cancel_cutoff_minutes": _("Guests may cancel until, minutes before"),
            "grace_minutes": _("Wait for late guests, minutes"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "confirmation_mode": _("For example: confirm up to 6 guests, answer larger ones."),
            "instant_up_to": _("With 6, a party of 7 waits for your answer."),
            "min_party": _("1 lets people book a seat for themselves."),
            "max_party": _("With 12, a party of 13 is asked to call."),
            "pending_expiry_minutes": _("1440 is a day."),
            "min_notice_minutes": _("With 30, a table for 19:00 can be booked until 18:30."),
            "notice_cutoff_days": _(
                "With 1 and 20:00, tomorrow can be booked until 20:00 today. Empty: no such limit."
            ),
            "horizon_days": _("60 is about two months."),
            "horizon_release_time": _("With 10:00, the next day opens each morning at ten."),
            "oversize_cap": _("With 2, two people get no table for five. Empty: no limit."),
            "oversize_relaxed_minutes": _("With 120, it no longer counts two hours before."),
            "buffer_minutes": _("With 15, a table is free a quarter of an hour after a party."),
            "hold_minutes": _("5 is enough for most people."),
            "hold_extensions": _("With 10, one may ask ten times for as much again."),
            "same_guest_gap_minutes": _("With 120, nobody books 19:00 and 20:00 on one evening."),
            "modify_cutoff_minutes": _(
                "120: until two hours before; later they are asked to call."
            ),
            "cancel_cutoff_minutes": _(
                "120: until two hours before; later they are asked to call."
            ),
            "cancel_cutoff_days": _(
                "Instead of minutes: with 1 and 18:00, until the day before at 18:00."
            ),
            "cancellation_policy": _(
                "Shown before booking, for example: Please tell us two hours ahead if you cannot"
                " come."
            ),
            "grace_minutes": _("With 15, at 19:15 the host is asked about a table for 19:00."),
            "is_auto_no_show": _("Otherwise the host decides."),
            "is_volume_mode": _(
                "For example in a beer hall, where people find a place themselves."
            ),
            "offers_ambiguous_times_twice": _("In autumn 02:30 comes twice: for late bars."),
        }

    groups = (
        (
            _("Confirming"),
            "",
            (
                *("confirmation_mode", "instant_up_to", "min_party", "max_party"),
                "pending_expiry_minutes",
            ),
        ),
        (
            _("How early and how late"),
            "",
            (
                *("min_notice_minutes", "horizon_days", "horizon_release_time"),
                *("notice_cutoff_days", "notice_cutoff_time"),
            ),
        ),
        (
            _("Tables"),
            "",
            ("oversize_cap", "oversize_relaxed_minutes", "buffer_minutes", "is_volume_mode"),
        ),
        (
            _("Changing and cancelling"),
            "",
            (
                *("modify_cutoff_minutes", "cancel_cutoff_minutes"),
                *("cancel_cutoff_days", "cancel_cutoff_time", "cancellation_policy"),
            ),
        ),
        (_("Late guests"), "", ("grace_minutes", "is_auto_no_show")),
        (
            _("Small print"),
            "",
            (
                *("hold_minutes", "hold_extensions", "same_guest_gap_minutes"),
                "offers_ambiguous_times_twice",
            ),
        ),
    )
    wide = frozenset(
        {"confirmation_mode", "cancellation_policy", "is_auto_no_show", "is_volume_mode"}
    )


class PacingRulesForm(SettingForm):
    class Meta:
        model = BookingPolicy
        fields = ("pacing_bucket_minutes", "is_pacing_mandatory")
        labels: ClassVar[Mapping[str, Words]] = {
            "pacing_bucket_minutes": _("Count arrivals every, minutes"),
            "is_pacing_mandatory": _("Staff may not exceed it either"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "pacing_bucket_minutes": _("15: the kitchen gets so many guests each quarter-hour."),
            "is_pacing_mandatory": _("Otherwise staff are warned and may go on, with a reason."),
        }

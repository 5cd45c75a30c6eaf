"""Settings of one restaurant as forms: plain words, an example with each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError
from restaurants.models import BookingPolicy, Restaurant
from restaurants.services import config_save
from staff.forms.base import add_refusal, dress
from staff.forms.fields import clock

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

    def stored(self, *, actor: Actor, now: datetime) -> int:
        """Store what was sent, if it is valid; a refusal stands on the form then.

        :returns: the HTTP status of the answer: 303 if it is stored, 200 if nothing was sent
        """
        if not self.is_bound:
            return 200
        if not self.is_valid():
            return 422
        try:
            self.store(actor=actor, now=now)
        except DomainError as refusal:
            self.add_refusal(refusal)
            return refusal.status
        return 303

    def store_files(self, *, actor: Actor, now: datetime) -> None:
        """Keep what was uploaded, after `store`: no dry run could undo it."""

    def ask_for_files_again(self) -> None:
        """Say beside each file that was sent in vain that browsers do not send it twice."""

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

"""What guests read and see of a restaurant, and the clock it lives by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from restaurants.services import PictureName, restaurant_pictures_set
from staff.forms.fields import PictureField, clock, short_text
from staff.forms.settings import SettingForm, Words

PICTURES: tuple[PictureName, ...] = ("logo", "cover")


def zones(current: str) -> list[tuple[str, str]]:
    """Places of the time zone database, and whatever is set already."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    found = {zone for zone in available_timezones() if zone.startswith((*regions, "Pacific/"))}
    found |= {"UTC", *({current} if current else set())}
    return [(zone, zone.replace("_", " ")) for zone in sorted(found)]


class ProfileForm(SettingForm):
    logo = PictureField(
        picture="logo",
        label=_("Logo"),
        help_text=_("Square is best. PNG, JPEG or WebP, up to 8 MB."),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    cover = PictureField(
        picture="cover",
        label=_("Cover picture"),
        help_text=_("Wide is best: the room, a plate, the front. PNG, JPEG or WebP, up to 8 MB."),
    )
    remove_cover = forms.BooleanField(label=_("Remove the cover picture"), required=False)
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
            _("Pictures"),
            _("Guests see them on your page, and the cover in the list of restaurants."),
            ("logo", "remove_logo", "cover", "remove_cover"),
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
    wide = frozenset(
        {
            *("name", "description", "is_public", "is_accepting_reservations"),
            *("logo", "remove_logo", "cover", "remove_cover"),
        }
    )

    def narrow(self) -> None:
        self.fields["timezone"].choices = zones(self.instance.timezone)  # type: ignore[attr-defined]
        for name in PICTURES:
            stored, field = getattr(self.instance, name), self.fields[name]
            if not stored:
                del self.fields[f"remove_{name}"]
            elif isinstance(field, PictureField):
                field.shown_url = stored.url

    def store_files(self, *, actor: Actor, now: datetime) -> None:
        changes: dict[PictureName, bytes | None] = {}
        for name in PICTURES:
            sent = self.cleaned_data.get(name)
            if sent or self.cleaned_data.get(f"remove_{name}"):
                changes[name] = sent
        if changes:
            restaurant_pictures_set(
                restaurant_id=self.instance.pk, pictures=changes, actor=actor, now=now
            )

    def ask_for_files_again(self) -> None:
        for name in PICTURES:
            if self.cleaned_data.get(name):
                self.add_error(name, _("Choose the picture again: it was not kept."))

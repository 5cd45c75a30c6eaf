"""Input of the guest pages: what was typed, as values the services take, or sentences that help.

A form knows nothing of tables and times; whether a time can be booked is the service's answer.
"""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - a field is called date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.models import Occasion
from bookings.presenters.finder import Choice
from bookings.presenters.words import DIETARY
from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone

MAX_REQUESTS = 1000


class ChoiceField(forms.CharField):
    """A start as pages carry it (:class:`bookings.presenters.finder.Choice`)."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose a time first."),
        "invalid": _("This is not a time we offer. Choose one from the list."),
    }

    def to_python(self, value: Any) -> Choice | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        choice = Choice.parse(text)
        if choice is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return choice


def parse_contact(text: str, *, country: str) -> tuple[str, str]:
    """``(e-mail, phone in E.164)`` of what was typed; exactly one of them is not empty.

    :param country: where a number without country code is from
    :raises ValidationError: with a sentence that says what to do
    """
    text = text.strip()
    if "@" in text:
        return _parse_email(text), ""
    if not any(character.isdigit() for character in text):
        raise ValidationError(
            _("Enter a phone number (+31 20 123 4567) or an e-mail address (anna@example.com)."),
            code="contact",
        )
    return "", _parse_phone(text, country=country)


def _parse_email(text: str) -> str:
    try:
        return normalise_email(text)
    except BadEmail as error:
        raise ValidationError(str(error), code="email") from None


def _parse_phone(text: str, *, country: str) -> str:
    if any(character.isalpha() for character in text):
        raise ValidationError(
            _("A phone number has digits only, for example +31 20 123 4567."), code="phone"
        )
    try:
        return normalise_phone(text, region=country)
    except BadPhone as error:
        raise ValidationError(str(error), code="phone") from None


def guests_field() -> forms.IntegerField:
    """How many come."""
    return forms.IntegerField(
        label=_("Guests"),
        min_value=1,
        max_value=500,
        error_messages={
            "required": _("Choose how many guests will come."),
            "invalid": _("Enter the number of guests in digits, for example 2."),
            "min_value": _("At least one guest has to come."),
            "max_value": _("This is more guests than we can book. Call the restaurant."),
        },
    )


def requests_field() -> forms.CharField:
    """Free words."""
    return forms.CharField(
        label=_("Anything we should know"),
        max_length=MAX_REQUESTS,
        required=False,
        error_messages={
            "max_length": _("This text is too long: use at most %(limit_value)d characters."),
        },
    )


class PersonForm(forms.Form):
    """Who it is, in two fields; `cleaned_data` has the contact as `email` and `phone` as well."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        error_messages={
            "required": _("Enter your name, so that the restaurant knows whom to expect."),
            "max_length": _("This name is too long: use at most 150 characters."),
        },
    )
    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter a phone number or an e-mail address: one is enough."),
            "max_length": _("This is too long for a phone number or an e-mail address."),
        },
    )
    nonce = forms.CharField(max_length=64, required=False)

    def __init__(self, data: Any, *, country: str) -> None:
        super().__init__(data)
        self._country = country

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(character.isalpha() for character in name):
            raise ValidationError(_("A name needs at least one letter."), code="name")
        return name

    def clean_contact(self) -> str:
        text = str(self.cleaned_data["contact"])
        email, phone = parse_contact(text, country=self._country)
        self.cleaned_data["email"], self.cleaned_data["phone"] = email, phone
        return text


class BookingForm(PersonForm):
    """The contact panel: two fields to fill in, the rest folded."""

    field_order = ("slot", "guests", "area", "name", "contact")

    slot = ChoiceField(label=_("Time"))
    guests = guests_field()
    area = forms.IntegerField(
        required=False,
        error_messages={"invalid": _("Choose a part of the restaurant from the list.")},
    )
    occasion = forms.ChoiceField(
        label=_("Occasion"),
        choices=Occasion.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose an occasion from the list.")},
    )
    requests = requests_field()
    dietary = forms.MultipleChoiceField(
        label=_("Dietary needs"),
        choices=DIETARY,
        required=False,
        error_messages={"invalid_choice": _("Choose dietary needs from the list.")},
    )
    consent = forms.BooleanField(label=_("Consent"), required=False)
    news = forms.BooleanField(label=_("Offers and news"), required=False)
    hold_token = forms.CharField(max_length=100, required=False)

    def __init__(self, data: Any, *, country: str, area_ids: frozenset[int]) -> None:
        super().__init__(data, country=country)
        self._area_ids = area_ids

    def clean_area(self) -> int | None:
        area: int | None = self.cleaned_data["area"] or None
        if area is not None and area not in self._area_ids:
            raise ValidationError(_("Choose a part of the restaurant from the list."), code="area")
        return area

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("dietary") and not data.get("consent"):
            self.add_error(
                "consent",
                ValidationError(
                    _("Tick this box so that we may pass on your dietary needs, or clear them."),
                    code="consent",
                ),
            )
        return data


class HoldForm(forms.Form):
    """The wish a hold is taken for, from the hidden fields of the panel."""

    slot = ChoiceField()
    guests = forms.IntegerField(min_value=1, max_value=500)
    area = forms.IntegerField(required=False)


class ChangeForm(forms.Form):
    """Another time or party for a booking that exists."""

    slot = ChoiceField(label=_("Time"))
    guests = guests_field()
    area = forms.IntegerField(required=False)
    version = forms.IntegerField(required=False)


class CancelForm(forms.Form):
    """The second of two taps."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        error_messages={
            "max_length": _("This text is too long: use at most %(limit_value)d characters."),
        },
    )
    version = forms.IntegerField(required=False)


class LookupForm(forms.Form):
    """Find a booking again by its reference and the e-mail it was made with (requirement C6)."""

    reference = forms.CharField(
        label=_("Booking reference"),
        max_length=20,
        error_messages={
            "required": _("Enter the reference of the booking, for example RES-2026-000123."),
            "max_length": _("A reference is shorter, for example RES-2026-000123."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail"),
        error_messages={
            "required": _("Enter the e-mail address the booking was made with."),
            "invalid": _(
                "This e-mail address is not complete. It should look like anna@example.com."
            ),
        },
    )

    def clean_reference(self) -> str:
        return "".join(str(self.cleaned_data["reference"]).split()).upper()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class SearchForm(forms.Form):
    """The search of the home page; whatever is wrong in it is simply ignored."""

    q = forms.CharField(max_length=100, required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    #: Nothing here may stop a visitor.
    defaults: ClassVar[dict[str, Any]] = {"q": "", "page": 1}

    def value(self, name: str) -> Any:
        """The cleaned value, or its default."""
        self.is_valid()
        return self.cleaned_data.get(name) or self.defaults[name]


class FinderForm(forms.Form):
    """What the finder of a restaurant page asks for; wrong values fall back to defaults."""

    guests = forms.IntegerField(min_value=1, max_value=500, required=False)
    date = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    area = forms.IntegerField(required=False)
    slot = ChoiceField(required=False)

    @property
    def party_size(self) -> int | None:
        found: int | None = self._get("guests")
        return found

    @property
    def day(self) -> Date | None:
        found: Date | None = self._get("date")
        return found

    @property
    def first_day(self) -> Date | None:
        found: Date | None = self._get("since")
        return found

    @property
    def area_id(self) -> int | None:
        found: int | None = self._get("area")
        return found

    @property
    def choice(self) -> Choice | None:
        found: Choice | None = self._get("slot")
        return found

    def _get(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)

"""Inviting, joining, PINs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from restaurants.models import Role
from staff.forms.base import HouseForm


class InviteForm(HouseForm):
    """`place` is the key of a restaurant, or `all`."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("For example maria@example.com. We send a link that works for seven days."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.HOST)
    place = forms.ChoiceField(label=_("Works in"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class JoinForm(HouseForm):
    """A new account; its address is the invited one."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As your colleagues know you, for example Maria Petrova."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        help_text=_("At least ten characters; a short sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            user = User(email=self._email, name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PinField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=6,
            widget=forms.PasswordInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "pattern": "[0-9]*"},
                render_value=False,
            ),
            **kwargs,
        )


class TakeOverForm(HouseForm):
    """Name and PIN."""

    person = forms.TypedChoiceField(label=_("Your name"), coerce=int, widget=forms.RadioSelect)
    pin = PinField(label=_("Your PIN"))

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class NewPinForm(HouseForm):
    """The PIN of the person who logged in; the password proves it is them."""

    pin = PinField(
        label=_("New PIN"),
        help_text=_("Four to six digits, for example the year your favourite song came out."),
    )
    password = forms.CharField(
        label=_("Your password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(HouseForm):
    password = forms.CharField(
        label=_("Password of the person who logged in"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

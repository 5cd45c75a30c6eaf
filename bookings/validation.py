"""Checking what a guest typed before any table is touched.

Every error names the field and the remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from bookings.models import Occasion
from bookings.services.requests import BookingRequest
from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Restaurant

MAX_PARTY = 500
MAX_NAME = 150
MAX_REQUESTS = 1000
MAX_DIETARY = 40


class Contact(NamedTuple):
    """How to reach a guest: E.164 phone or "", lower-case e-mail or ""."""

    phone: str
    email: str


def contact_of(request: BookingRequest, restaurant: Restaurant) -> Contact:
    """The normalised contact of a request. Online bookings need one; walk-ins may go without.

    :raises ValidationFailed: with pointers
    """
    errors: list[FieldError] = []
    phone = email = ""
    try:
        phone = normalise_phone(request.guest_phone, region=restaurant.country)
    except BadPhone as error:
        errors.append(FieldError("/guest_phone", "invalid_phone", str(error)))
    try:
        email = normalise_email(request.guest_email)
    except BadEmail as error:
        errors.append(FieldError("/guest_email", "invalid_email", str(error)))
    if not errors and not phone and not email and request.channel != "walk_in":
        missing = _("Enter a phone number or an e-mail address, so that we can reach you.")
        errors.append(FieldError("/guest_phone", "contact_required", missing))
    if errors:
        raise ValidationFailed(errors=errors)
    return Contact(phone, email)


def request_check(request: BookingRequest, restaurant: Restaurant) -> None:
    """Name, party size, occasion, lengths, area.

    :raises ValidationFailed: with pointers
    """
    errors = [
        *_name_errors(request),
        *party_errors(request.party_size),
        *_text_errors(request),
        *area_errors(request.area_id, restaurant),
    ]
    if errors:
        raise ValidationFailed(errors=errors)


def _name_errors(request: BookingRequest) -> list[FieldError]:
    if not request.guest_name.strip():
        return [FieldError("/guest_name", "required", _("Enter your name."))]
    if len(request.guest_name) > MAX_NAME:
        detail = _("Use at most %(limit)d characters.") % {"limit": MAX_NAME}
        return [FieldError("/guest_name", "too_long", detail)]
    return []


def party_errors(party_size: int) -> list[FieldError]:
    """A party is between 1 and 500 people; what a restaurant takes online is said by the slots."""
    if 1 <= party_size <= MAX_PARTY:
        return []
    detail = _("Enter a number of guests between 1 and %(limit)d.") % {"limit": MAX_PARTY}
    return [FieldError("/party_size", "out_of_range", detail)]


def _text_errors(request: BookingRequest) -> list[FieldError]:
    errors = requests_errors(
        special_requests=request.special_requests,
        dietary_restrictions=request.dietary_restrictions,
        has_health_consent=request.has_health_consent,
        special_occasion=request.special_occasion,
    )
    if any("\x00" in text for text in (request.guest_name, request.internal_notes)):
        errors.append(FieldError("/guest_name", "nul_character", _("Remove the NUL character.")))
    return errors


def requests_errors(
    *,
    special_requests: str,
    dietary_restrictions: Sequence[str],
    has_health_consent: bool,
    special_occasion: str,
) -> list[FieldError]:
    """What is wrong with a guest's wishes; health data needs explicit consent (rule 107)."""
    errors = []
    if len(special_requests) > MAX_REQUESTS:
        detail = _("Use at most %(limit)d characters.") % {"limit": MAX_REQUESTS}
        errors.append(FieldError("/special_requests", "too_long", detail))
    if any(len(item) > MAX_DIETARY for item in dietary_restrictions):
        detail = _("Use at most %(limit)d characters.") % {"limit": MAX_DIETARY}
        errors.append(FieldError("/dietary_restrictions", "too_long", detail))
    if dietary_restrictions and not has_health_consent:
        detail = _("Agree that we store your dietary needs, or leave them out.")
        errors.append(FieldError("/has_health_consent", "consent_required", detail))
    if any("\x00" in text for text in (special_requests, *dietary_restrictions)):
        detail = _("Remove the NUL character.")
        errors.append(FieldError("/special_requests", "nul_character", detail))
    if special_occasion not in Occasion.values:
        detail = _("Choose one of: %(choices)s.") % {"choices": ", ".join(Occasion.values)}
        errors.append(FieldError("/special_occasion", "invalid_choice", detail))
    return errors


def area_errors(area_id: int | None, restaurant: Restaurant) -> list[FieldError]:
    """An area asked for must be one of the restaurant's."""
    if area_id is None or restaurant.areas.filter(pk=area_id).exists():
        return []
    return [FieldError("/area", "invalid_choice", _("This restaurant has no such area."))]

"""How guests write their phone and e-mail, and how they are stored (rule 99). Pure."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

_check_email = EmailValidator()


class BadPhone(ValueError):
    """Not a phone number that could be dialled; the message says what to do."""


class BadEmail(ValueError):
    """Not an e-mail address; the message says what to do."""


def normalise_phone(raw: str, *, region: str) -> str:
    """The E.164 form of a number written in any usual way; "" stays "".

    :param region: two-letter country whose national numbers are meant when there is no +
    :raises BadPhone: if it cannot be a number
    """
    text = raw.strip()
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        raise BadPhone(_("Enter a phone number such as +31 20 123 4567.")) from None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise BadPhone(
            _("This phone number does not exist. Check the digits and the country code.")
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(raw: str) -> str:
    """The address in lower case without spaces around it; "" stays "".

    :raises BadEmail: if it has no such form
    """
    text = raw.strip().lower()
    if not text:
        return ""
    try:
        _check_email(text)
    except ValidationError:
        raise BadEmail(_("Enter an e-mail address such as anna@example.com.")) from None
    if len(text) > 254:
        raise BadEmail(_("This e-mail address is too long."))
    return text

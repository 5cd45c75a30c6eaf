"""The refusals of log-ins."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class AccountExists(DomainError):
    """The address belongs to somebody who can log in."""

    code = "account_exists"
    title = _("There is an account with this address already; log in with it")


class BadPin(DomainError):
    """Not four to six digits, or too easy to guess."""

    code = "bad_pin"
    status = 422
    title = _("Choose four to six digits that are not all the same or in a row")


class PinWrong(DomainError):
    """Wrong, or the person has none: whoever tries shall not learn which."""

    code = "pin_wrong"
    status = 422
    title = _("This PIN is not right")


class PinLocked(DomainError):
    """Too many wrong PINs. `extra`: `retry_after`, seconds."""

    code = "pin_locked"
    status = 429
    title = _("Too many wrong PINs. Please wait a little, or log in with your password")


class SecondFactorMissing(DomainError):
    """The organisation asks for a second factor, and the account has none."""

    code = "second_factor_missing"
    status = 403
    title = _("Your organisation asks for a second factor. Set one up on the site first")

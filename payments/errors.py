"""Refusals of payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import DomainError


class PaymentsOff(DomainError):
    """The restaurant takes no money here: no account, or its provider has no keys."""

    code = "payments_off"
    status = 409
    title = _("This restaurant cannot take payments here at the moment")


class PaymentClosed(DomainError):
    """The time to pay is over, or it has been paid."""

    code = "payment_closed"
    status = 409
    title = _("This payment is closed")


class AmountRefused(DomainError):
    """More than was agreed, held or is left.

    :param available_minor: what would be possible (in ``extra``)
    """

    code = "amount_refused"
    status = 422
    title = _("That is more than is possible")


class NothingToSettle(DomainError):
    """The provider has told what became of it, is still expected to, or somebody has settled it
    otherwise.
    """

    code = "nothing_to_settle"
    status = 409
    title = _("This has been settled meanwhile")


class CardRefused(DomainError):
    """The bank said no; another card may work."""

    code = "card_refused"
    status = 402
    title = _("The card was refused. Please try another one")


class ProviderUnavailable(DomainError):
    """The provider cannot be reached, or its answer was lost; nothing is charged twice."""

    code = "provider_unavailable"
    status = 503
    title = _("The payment service does not answer. Please try again in a moment")

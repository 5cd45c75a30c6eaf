"""Where the money of a restaurant goes, and whether it can."""

from __future__ import annotations

from django.utils.translation import gettext as _

from payments.gateways import registry
from payments.models import PaymentAccount
from restaurants.models import Restaurant


def account_of(restaurant_id: int) -> PaymentAccount | None:
    return PaymentAccount.objects.filter(restaurant_id=restaurant_id).first()


def payments_problem(restaurant: Restaurant) -> str:
    """Why no payment can be taken, for those who configure it; empty if one can. One query."""
    return account_problem(account_of(restaurant.pk))


def account_problem(account: PaymentAccount | None) -> str:
    """The same of an account that has been read."""
    if account is None:
        return _("No account for payments has been set up.")
    if not account.is_active:
        return _("Payments are switched off.")
    return registry.gateway_named(account.provider).problem()

"""Where the money of a restaurant goes: written by those who configure it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments.models import PaymentAccount
from reservehub.core.actors import Actor
from restaurants.services import config_save


@transaction.atomic
def payment_account_save(*, account: PaymentAccount, actor: Actor, now: datetime) -> PaymentAccount:
    """Create or change the account. Payments that are open stay with the account they began with.

    :raises ValidationFailed: with a pointer to the field
    """
    if account._state.adding:  # noqa: SLF001 - public in all but name
        account.created_at = now
    account.updated_at = now
    config_save(instance=account, actor=actor, now=now)
    return account

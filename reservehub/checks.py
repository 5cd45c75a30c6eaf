"""System checks of the whole project: ``manage.py check --deploy --database default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from reservehub.local.demo import DEMO_ADDRESSES


@register(Tags.database, deploy=True)
def check_no_demo_accounts(
    *, databases: Sequence[str] | None = None, **_: Any
) -> Sequence[CheckMessage]:
    """Nobody can log in with the published password of the demo (reservehub.E001)."""
    user_model = get_user_model()
    known = [
        alias
        for alias in databases or []
        if user_model._meta.db_table in connections[alias].introspection.table_names()
        and user_model.objects.using(alias)
        .filter(email__in=DEMO_ADDRESSES, is_active=True)
        .exists()
    ]
    return [
        Error(
            f"The database '{alias}' has active demo accounts, whose password is public.",
            hint="Start production from an empty database; never load the demo there.",
            id="reservehub.E001",
        )
        for alias in known
    ]


@register(deploy=True)
def check_no_simulated_money(**_: Any) -> Sequence[CheckMessage]:
    """Nobody pays with money that is none (reservehub.E002)."""
    if not settings.RESERVEHUB_PAYMENT_SIMULATOR:
        return []
    return [
        Error(
            "RESERVEHUB_PAYMENT_SIMULATOR is on: bookings would count as paid without money.",
            hint="It is for development; give the keys of a payment provider instead.",
            id="reservehub.E002",
        )
    ]

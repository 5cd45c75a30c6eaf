"""New accounts whose address is proved already."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.errors import AccountExists
from accounts.events import EmailVerified
from accounts.models import User
from reservehub.core import events


@transaction.atomic
def account_create_verified(
    *, email: str, password: str, name: str, language: str, now: datetime
) -> User:
    """An account for somebody who opened a link that only this mailbox received.

    An account that somebody started with the address but never proved nor used is taken over: its
    password changes, as it would by a reset.

    :raises AccountExists: if a person with this address can log in
    """
    email = email.strip().lower()
    if not is_free(email):
        raise AccountExists
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        user = User(email=email)
    user.name = name
    user.language = language
    user.set_password(password)
    user.save()
    EmailAddress.objects.filter(user=user).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    events.publish(EmailVerified(user_id=user.pk, occurred_at=now))
    return user


def is_free(email: str) -> bool:
    """Whether nobody who could log in has this address."""
    if EmailAddress.objects.filter(email__iexact=email, verified=True).exists():
        return False
    user = User.objects.filter(email__iexact=email).first()
    return user is None or (
        user.last_login is None and user.is_active and not (user.is_superuser or user.is_staff)
    )

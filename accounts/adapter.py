"""How people sign up and log in: by e-mail only, the address verified (requirement A1)."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.events import EmailVerified, LoggedIn
from accounts.models import User
from reservehub.core import clock, events


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Tells the rest of the house what happened, in the transaction in which it happened."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = translation.get_language() or user.language
        saved: User = super().save_user(request, user, form, commit)
        return saved

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            events.publish(EmailVerified(user_id=email_address.user_id, occurred_at=clock.now()))
        return is_confirmed

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            events.publish(LoggedIn(user_id=user.pk, occurred_at=clock.now()))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

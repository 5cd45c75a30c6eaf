"""Who is asking."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import User


def account_of(request: Request) -> User:
    """The caller's account.

    :raises NotAuthenticated: if there is none
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user

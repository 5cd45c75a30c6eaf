"""Who is at the admin site, and what they may do, read once per request."""

from __future__ import annotations

from typing import cast
from weakref import WeakKeyDictionary

from django.http import HttpRequest

from accounts.models import User
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.http import client_ip
from restaurants.selectors import Access, access_of

_known: WeakKeyDictionary[HttpRequest, Access] = WeakKeyDictionary()


def access_in(request: HttpRequest) -> Access:
    """What the person behind the request may do; two queries for the whole page."""
    found = _known.get(request)
    if found is None:
        found = _known[request] = access_of(cast(User, request.user))
    return found


def actor_of(request: HttpRequest) -> Actor:
    """The person behind the request, for services and the audit."""
    user = cast(User, request.user)
    return Actor(
        kind=ActorKind.PLATFORM if user.is_superuser else ActorKind.STAFF,
        user_id=user.pk,
        label=user.get_full_name(),
        channel="admin",
        ip=client_ip(request),
    )

"""What every guest page needs: the actor, the session's key, private headers."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from reservehub.core.actors import Actor, ActorKind
from reservehub.core.http import client_ip
from reservehub.core.pages import make_private, private_page
from reservehub.core.tokens import hash_token, random_token

__all__ = ["actor_of", "ip_key", "make_private", "owner_key", "private_page"]

_OWNER = "bookings_guest_key"


def actor_of(request: HttpRequest) -> Actor:
    """The guest in front of the page; staff who book here are guests like others."""
    user = request.user
    if user.is_authenticated:
        return Actor(
            kind=ActorKind.CUSTOMER,
            user_id=user.pk,
            label="customer",
            channel="web",
            ip=client_ip(request),
        )
    return Actor(kind=ActorKind.GUEST, label="guest", channel="web", ip=client_ip(request))


def owner_key(request: HttpRequest) -> str:
    """The session as holds know it; stored hashed, so that a dump of holds opens no session."""
    key = request.session.get(_OWNER)
    if key is None:
        key = request.session[_OWNER] = random_token()
    return hash_token(str(key))


def ip_key(request: HttpRequest) -> str:
    """The address, keyed so that it cannot be read back (rule 48)."""
    address = client_ip(request)
    return salted_hmac("bookings.hold.ip", address).hexdigest() if address else ""

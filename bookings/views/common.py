"""What every guest page needs: the actor, the session's key, private headers."""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from reservehub.core.actors import Actor, ActorKind
from reservehub.core.http import client_ip
from reservehub.core.pages import View
from reservehub.core.tokens import hash_token, random_token

P = ParamSpec("P")

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


def make_private(response: HttpResponse) -> HttpResponse:
    """For pages behind a token: not stored, not indexed, the address not passed on (rule 76)."""
    response["Cache-Control"] = "private, no-store"
    # Browsers take the last value they know. The first alone would make them send `Origin: null`
    # with every form, which the CSRF check must refuse; no other site gets the address either way.
    response["Referrer-Policy"] = "no-referrer, same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def private_page(view: View[P]) -> View[P]:
    """`make_private` for whatever the view answers, refusals too."""

    @wraps(view)
    def hidden(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return make_private(view(*args, **kwargs))

    return hidden

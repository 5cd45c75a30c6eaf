"""A tablet that several people use (rule 111): the session of one person, the deeds of another.

A manager makes the device shared; from then on the session remembers who stands before it. That
person works with their own rights, and never with more than those of the account that logged in:
a PIN opens no more than a password did. Everything else of that account is shut meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reservehub.core.errors import DomainError, problem_body
from reservehub.core.tokens import random_token

KEY = "staff_shared"
IDLE = timedelta(minutes=5)
"""After so long without a deed, the next sensitive one asks for the PIN again."""
_SEEN = "staff_seen"
"""Signed cookie: when something was last done by hand here. Not in the session, which is saved as a
whole: a request that began before a lock or a take-over would write back who stood here before."""


class PinNeeded(DomainError):
    """Somebody has to show again that they are who the tablet believes them to be."""

    code = "pin_needed"
    status = 403
    title = _("Enter your PIN to go on")


@dataclass(frozen=True)
class Shared:
    """What a session knows about its shared device."""

    device: str
    person_id: int | None
    seen_at: datetime | None


def shared_of(request: HttpRequest) -> Shared | None:
    """None for a device of one person."""
    stored = request.session.get(KEY)
    if not isinstance(stored, dict):
        return None
    device = str(stored.get("device", ""))
    deed = request.get_signed_cookie(_SEEN, default=None, salt=_salt(device))
    seen = [datetime.fromisoformat(moment) for moment in (stored.get("seen_at"), deed) if moment]
    return Shared(device, stored.get("person_id"), max(seen, default=None))


def share(request: HttpRequest, person: User, now: datetime) -> None:
    """Make this device a shared one; the person stays in front of it."""
    _store(request, Shared(random_token(), person.pk, now))


def unshare(request: HttpRequest) -> None:
    """The device belongs to the logged-in person alone again."""
    request.session.pop(KEY, None)
    request.session.cycle_key()


def take_over(request: HttpRequest, person: User | None, now: datetime) -> None:
    """Somebody else stands before the tablet; None locks it."""
    shared = shared_of(request)
    if shared is not None:
        _store(request, Shared(shared.device, person.pk if person else None, now))


def note_deed(response: HttpResponse, shared: Shared, now: datetime) -> None:
    """Something was done by hand: the idle time begins anew."""
    response.set_signed_cookie(_SEEN, now.isoformat(), salt=_salt(shared.device), **cookie_manner())


def is_idle(shared: Shared, now: datetime) -> bool:
    return shared.seen_at is None or not timedelta() <= now - shared.seen_at < IDLE


def cookie_manner() -> dict[str, Any]:
    """How cookies of the staff area are set: for it alone, and as guarded as the session's."""
    return {
        "path": "/staff/",
        "secure": settings.SESSION_COOKIE_SECURE,
        "httponly": True,
        "samesite": "Lax",
    }


def _salt(device: str) -> str:
    return f"staff.shared.{device}"


def _store(request: HttpRequest, shared: Shared) -> None:
    request.session[KEY] = {
        "device": shared.device,
        "person_id": shared.person_id,
        "seen_at": shared.seen_at.isoformat() if shared.seen_at else None,
    }


OPEN = ("/staff/", "/accounts/logout/", "/accounts/login/", "/static/", "/media/", "/i18n/", "/r/")
SHUT = ("/admin/", "/api/", "/accounts/", "/account/", "/telegram/")
"""The rest of the logged-in account: whoever stands before the tablet is not its owner."""


class SharedTabletMiddleware:
    """Shuts everything but the staff area on a shared device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(SHUT) or path.startswith(OPEN) or shared_of(request) is None:
            return self.get_response(request)
        if path.startswith("/api/"):
            if request.headers.get("Authorization"):
                return self.get_response(request)
            body = problem_body(
                code="shared_tablet",
                status=403,
                title=_("This is a shared tablet; use the staff area"),
            )
            return JsonResponse(body, status=403, content_type="application/problem+json")
        return redirect("staff:home")

"""The link of an invitation. Opening it changes nothing: mail scanners open links, too."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services import account_create_verified
from accounts.services.users import is_free
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.throttling import count_request
from reservehub.core.errors import DomainError
from reservehub.core.http import client_ip
from reservehub.core.pages import PageError, errors_of, go_to, refusals_as_pages
from restaurants.models import Invitation
from restaurants.services import invitation_accept
from restaurants.services.invitations import invitation_by_token, is_address_of
from staff.access import remember_place
from staff.forms.people import JoinForm
from staff.shared import shared_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join with the account of the invited address, or make one.

    :raises NotFound: for links that never were
    """
    count_request(request, scope="invitation_page")
    found = invitation_by_token(token)
    form = JoinForm(email=found.email)
    if request.method != "POST":
        return _page(request, token, found, form)
    if request.user.is_authenticated:
        return _join(request, token, found, request.user)
    form = JoinForm(request.POST, email=found.email)
    if not found.is_open(clock.now()) or not is_free(found.email):
        return _page(request, token, found, JoinForm(email=found.email), status=409)
    if not form.is_valid():
        return _page(request, token, found, form, status=422)
    try:
        user = account_create_verified(
            email=found.email,
            password=form.cleaned_data["password"],
            name=form.cleaned_data["name"],
            language=get_language() or "en",
            now=clock.now(),
        )
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, token, found, form, status=refusal.status)
    login(request, user, backend=BACKEND)
    return _join(request, token, found, user)


def _join(request: HttpRequest, token: str, found: Invitation, user: User) -> HttpResponse:
    actor = Actor(
        kind=ActorKind.STAFF,
        user_id=user.pk,
        label=user.get_full_name(),
        channel="web",
        ip=client_ip(request),
    )
    try:
        invitation_accept(token=token, user=user, actor=actor, now=clock.now())
    except DomainError as refusal:
        form = JoinForm(email=found.email)
        errors = [PageError(str(refusal))]
        return _page(request, token, found, form, errors=errors, status=refusal.status)
    place = found.restaurant or found.organisation
    messages.success(request, _("Welcome to %(place)s!") % {"place": place})
    response = go_to(request, reverse("staff:home"))
    if found.restaurant is not None:
        remember_place(response, found.restaurant.slug)
    return response


def _page(
    request: HttpRequest,
    token: str,
    found: Invitation,
    form: JoinForm,
    *,
    errors: list[PageError] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user if request.user.is_authenticated else None
    here = reverse("staff:invitation", args=[token])
    context: dict[str, Any] = {
        "invitation": found,
        "place": found.restaurant or found.organisation,
        "is_open": found.is_open(clock.now()),
        "is_mine": user is not None and is_address_of(user, found.email),
        "is_joined": user is not None and found.accepted_by_id == user.pk,
        "may_sign_up": user is None and is_free(found.email),
        "is_shared": shared_of(request) is not None,
        "login_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
        "form": form,
        "errors": errors if errors is not None else errors_of(form) if form.is_bound else [],
    }
    context["has_errors"] = bool(context["errors"])
    response = render(request, "staff/team/invitation.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    # Plain no-referrer would send "Origin: null" with the page's own form, which CSRF refuses.
    response["Referrer-Policy"] = "no-referrer, same-origin"
    return response

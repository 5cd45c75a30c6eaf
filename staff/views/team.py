"""Who works here: roles, invitations, the second factor. Owners only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.second_factor import has_second_factor
from reservehub.core.api.throttling import count_request
from reservehub.core.errors import DomainError, NotFound
from reservehub.core.http import caller_of
from reservehub.core.pages import PageError, errors_of, go_to
from restaurants.models import Invitation, Membership, Role
from restaurants.permissions import Capability
from restaurants.selectors import access_of, invitations_of, memberships_of, people_with_factor
from restaurants.services import (
    invitation_create,
    invitation_resend,
    invitation_revoke,
    membership_grant,
    membership_revoke,
    organisation_ask_second_factor,
)
from staff.access import Desk, desk_view, show
from staff.forms.people import InviteForm

EVERYWHERE = "all"


@require_GET
@desk_view(Capability.CONFIGURE, for_owners=True)
def team(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Members and open invitations."""
    return _page(request, desk, InviteForm(places=_places(desk)))


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def invite(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Send an invitation by e-mail."""
    form = InviteForm(request.POST, places=_places(desk))
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    count_request(request, scope="invitations", caller=caller_of(request))
    try:
        invitation = invitation_create(
            organisation=desk.restaurant.organisation,
            restaurant=None if form.cleaned_data["place"] == EVERYWHERE else desk.restaurant,
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            language=get_language() or "en",
            actor=desk.actor,
            now=desk.now,
        )
    except DomainError as refusal:
        form.add_refusal(refusal)
        return _page(request, desk, form, status=refusal.status)
    words = _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
    return _done(request, desk, words)


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def change_role(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Give a member another role in the place they work in."""
    membership = _membership(desk, pk)
    role = request.POST.get("role", "")
    try:
        membership_grant(
            organisation=desk.restaurant.organisation,
            user=membership.user,
            role=role,
            restaurant=membership.restaurant,
            actor=desk.actor,
            now=desk.now,
        )
    except DomainError as refusal:
        return _refused(request, desk, refusal)
    words = _("%(name)s is now: %(role)s.") % {
        "name": membership.user,
        "role": Role(role).label,
    }
    return _done(request, desk, words)


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def remove(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Take a role away."""
    membership = _membership(desk, pk)
    try:
        membership_revoke(membership_id=membership.pk, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        return _refused(request, desk, refusal)
    words = _("%(name)s no longer works here.") % {"name": membership.user}
    if membership.user_id == desk.person.pk:
        messages.success(request, words)
        return go_to(request, reverse("staff:home"))
    return _done(request, desk, words)


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def resend(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Send a fresh link."""
    invitation = _invitation(desk, pk)
    count_request(request, scope="invitations", caller=caller_of(request))
    try:
        invitation_resend(invitation_id=invitation.pk, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        return _refused(request, desk, refusal)
    words = _("A new link is on its way to %(email)s.") % {"email": invitation.email}
    return _done(request, desk, words)


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def revoke(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(desk, pk)
    try:
        invitation_revoke(invitation_id=invitation.pk, actor=desk.actor, now=desk.now)
    except DomainError as refusal:
        return _refused(request, desk, refusal)
    words = _("The invitation to %(email)s no longer works.") % {"email": invitation.email}
    return _done(request, desk, words)


@require_POST
@desk_view(Capability.CONFIGURE, for_owners=True)
def second_factor(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask everybody for a second factor, or no longer."""
    is_asked = request.POST.get("requires_2fa") == "on"
    try:
        organisation_ask_second_factor(
            organisation_id=desk.restaurant.organisation_id,
            is_asked=is_asked,
            actor=desk.actor,
            now=desk.now,
        )
    except DomainError as refusal:
        return _refused(request, desk, refusal)
    if is_asked:
        words = _("From now on everybody here needs a second factor.")
    else:
        words = _("A second factor is up to each person now.")
    return _done(request, desk, words)


def _page(
    request: HttpRequest,
    desk: Desk,
    form: InviteForm,
    *,
    errors: list[PageError] | None = None,
    status: int = 200,
) -> HttpResponse:
    owned = access_of(desk.person)
    organisation = desk.restaurant.organisation
    members = list(memberships_of(desk.restaurant).order_by("user__name", "user__email", "pk"))
    secured = people_with_factor([member.user_id for member in members])
    found = errors if errors is not None else errors_of(form) if form.is_bound else []
    context: dict[str, Any] = {
        "form": form,
        "errors": found,
        "has_errors": bool(found),
        "members": [
            {
                "row": member,
                "has_factor": member.user_id in secured,
                "may_change": member.restaurant_id is not None or _owns_all(desk),
            }
            for member in members
        ],
        "invitations": [
            {"row": one, "is_open": one.is_open(desk.now)}
            for one in invitations_of(desk.restaurant)
        ],
        "roles": Role.choices,
        "organisation": organisation,
        "owns_all": _owns_all(desk),
        "has_factor": has_second_factor(desk.person),
        "owned": owned,
    }
    return show(request, desk, "staff/team/team.html", context, section="team", status=status)


def _owns_all(desk: Desk) -> bool:
    access = access_of(desk.person)
    return access.is_everything or desk.restaurant.organisation_id in access.owned_organisations


def _places(desk: Desk) -> list[tuple[str, str]]:
    places = [(str(desk.restaurant.pk), desk.restaurant.name)]
    if _owns_all(desk):
        everywhere = _("All restaurants of %(name)s") % {"name": desk.restaurant.organisation}
        places.append((EVERYWHERE, everywhere))
    return places


def _membership(desk: Desk, pk: int) -> Membership:
    """:raises NotFound: also for members of other restaurants"""
    found = memberships_of(desk.restaurant).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _invitation(desk: Desk, pk: int) -> Invitation:
    """:raises NotFound: also for invitations to other restaurants"""
    found = invitations_of(desk.restaurant).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _refused(request: HttpRequest, desk: Desk, refusal: DomainError) -> HttpResponse:
    texts = [str(error.detail) for error in refusal.errors] or [str(refusal)]
    form = InviteForm(places=_places(desk))
    errors = [PageError(text) for text in texts]
    return _page(request, desk, form, errors=errors, status=refusal.status)


def _done(request: HttpRequest, desk: Desk, words: str) -> HttpResponse:
    messages.success(request, words)
    return go_to(request, reverse("staff:team", args=[desk.restaurant.slug]))

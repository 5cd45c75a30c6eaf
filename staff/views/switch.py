"""Who stands before a shared tablet: taking over by name and PIN (rule 111)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import BadPin
from accounts.models import Pin, User
from accounts.services import pin_check, pin_remove, pin_set
from reservehub.core import audit
from reservehub.core.api.throttling import count_request
from reservehub.core.errors import DomainError, PermissionRefused
from reservehub.core.http import caller_of
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from restaurants.selectors import capabilities_of, memberships_of
from staff.access import Desk, account_view, show
from staff.forms.base import HouseForm
from staff.forms.people import NewPinForm, PasswordForm, TakeOverForm
from staff.shared import share, shared_of, take_over, unshare


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@account_view
def switch(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose your name and enter your PIN; on a device of one person, its own settings."""
    shared = shared_of(request)
    form = TakeOverForm(people=_people(desk), initial={"person": shared and shared.person_id})
    if request.method != "POST":
        return _page(request, desk, {"form": form})
    if shared is None:
        raise PermissionRefused(_("This device is not shared."))
    form = TakeOverForm(request.POST, people=_people(desk))
    if not form.is_valid():
        return _page(request, desk, {"form": form}, status=422)
    person = User.objects.get(pk=form.cleaned_data["person"])
    count_request(request, scope="pins", caller=f"device:{shared.device}")
    try:
        pin_check(user=person, pin=form.cleaned_data["pin"], device=shared.device, now=desk.now)
    except DomainError as refusal:
        form.add_error("pin", _pin_words(refusal))
        return _page(request, desk, {"form": form}, status=refusal.status)
    take_over(request, person, desk.now)
    _note(desk, person, "taken_over")
    return go_to(request, _back(request, desk))


@require_POST
@account_view
def lock(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Leave the tablet to whoever comes next."""
    take_over(request, None, desk.now)
    return _again(request, desk)


@require_POST
@account_view
def make_shared(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Let several people use this device: for managers who have a PIN."""
    if shared_of(request) is not None:
        return _again(request, desk)
    desk.require(Capability.CONFIGURE)
    if not Pin.objects.filter(user=desk.account).exists():
        raise PermissionRefused(_("Set your own PIN first: you need it to come back."))
    share(request, desk.account, desk.now)
    _note(desk, desk.account, "shared")
    messages.success(request, _("This tablet is shared now. Each person takes over with a PIN."))
    return _again(request, desk)


@sensitive_post_parameters("password")
@require_POST
@account_view
def stop_sharing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Only whoever logged in may have the device to themselves again."""
    if shared_of(request) is None:
        return _again(request, desk)
    form = PasswordForm(request.POST)
    if not _password_is_right(request, desk, form):
        return _page(request, desk, {"password_form": form}, status=422)
    unshare(request)
    _note(desk, desk.account, "unshared")
    return _again(request, desk)


@sensitive_post_parameters("password", "pin")
@require_POST
@account_view
def own_pin(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Set or remove the PIN of the person who logged in; never on a shared tablet."""
    if shared_of(request) is not None:
        raise PermissionRefused(_("Change your PIN on a device of your own."))
    form = NewPinForm(request.POST)
    is_removal = "remove" in request.POST
    if is_removal:
        form.fields["pin"].required = False
    if not _password_is_right(request, desk, form):
        return _page(request, desk, {"pin_form": form}, status=422)
    actor, now = desk.actor, desk.now
    try:
        if is_removal:
            pin_remove(user=desk.account, actor=actor, now=now)
        else:
            pin_set(user=desk.account, pin=form.cleaned_data["pin"], actor=actor, now=now)
    except BadPin as refusal:
        form.add_error("pin", str(refusal))
        return _page(request, desk, {"pin_form": form}, status=refusal.status)
    messages.success(request, _("Your PIN is removed.") if is_removal else _("Your PIN is set."))
    return _again(request, desk)


def _people(desk: Desk) -> list[tuple[int, str]]:
    """Members who may see the floor here and have a PIN."""
    members = memberships_of(desk.restaurant).filter(user__is_active=True, user__pin__isnull=False)
    people = {member.user_id: member.user for member in members}
    return sorted(
        (
            (pk, user.get_full_name())
            for pk, user in people.items()
            if Capability.VIEW_BOOK in capabilities_of(user, desk.restaurant)
        ),
        key=lambda one: one[1].casefold(),
    )


def _password_is_right(request: HttpRequest, desk: Desk, form: HouseForm) -> bool:
    if not form.is_valid():
        return False
    count_request(request, scope="passwords", caller=caller_of(request))
    if not desk.account.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This password is not right."))
        return False
    return True


def _pin_words(refusal: DomainError) -> str:
    seconds = refusal.extra.get("retry_after")
    if seconds is None:
        return str(refusal)
    minutes = -(-int(seconds) // 60)
    return _("%(refusal)s (about %(minutes)s min).") % {"refusal": refusal, "minutes": minutes}


def _page(
    request: HttpRequest, desk: Desk, forms: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shared = shared_of(request)
    bound = next((form for form in forms.values() if form.is_bound), None)
    errors = errors_of(bound) if bound is not None else []
    context = {
        "form": TakeOverForm(people=_people(desk)),
        "password_form": PasswordForm(),
        "pin_form": NewPinForm(),
        **forms,
        "is_shared": shared is not None,
        "is_locked": shared is not None and shared.person_id is None,
        "has_pin": Pin.objects.filter(user=desk.account).exists(),
        "may_share": Capability.CONFIGURE in desk.capabilities,
        "next": _back(request, desk),
        "errors": errors,
        "has_errors": bool(errors),
    }
    return show(request, desk, "staff/switch/switch.html", context, section="", status=status)


def _back(request: HttpRequest, desk: Desk) -> str:
    wished = request.POST.get("next") or request.GET.get("next") or ""
    if wished.startswith("/staff/") and url_has_allowed_host_and_scheme(
        wished, allowed_hosts={request.get_host()}
    ):
        return wished
    return reverse("staff:floor", args=[desk.restaurant.slug])


def _again(request: HttpRequest, desk: Desk) -> HttpResponse:
    return go_to(request, reverse("staff:switch", args=[desk.restaurant.slug]))


def _note(desk: Desk, person: User, change: str) -> None:
    audit.record(
        actor=desk.actor,
        action=f"staff.tablet.{change}",
        obj=person,
        now=desk.now,
        restaurant_id=desk.restaurant.pk,
        after={"account": desk.account.pk},
    )

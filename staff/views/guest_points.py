"""Points of a guest: redeeming them, and correcting them by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from guests.models import Guest, LoyaltyEntry
from guests.services.loyalty import NotEnoughPoints, points_correct, points_redeem
from reservehub.core.errors import ValidationFailed
from reservehub.core.pages import errors_of, go_to
from restaurants.permissions import Capability
from staff.access import Desk, desk_view
from staff.forms.guests import PointsForm
from staff.views.guest_page import guest_here, guest_url, profile_page

Book = Callable[..., LoyaltyEntry]


@require_POST
@desk_view(Capability.EDIT_BOOK)
def redeem(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Points for a benefit."""
    guest = guest_here(desk, guest_id, Capability.EDIT_BOOK)
    return _book(request, desk, guest, name="redeem", book=points_redeem)


@require_POST
@desk_view(Capability.CHARGE_REFUND)
def correct(request: HttpRequest, desk: Desk, guest_id: int) -> HttpResponse:
    """Points given or taken; they are worth money, so this is for those who may pay back."""
    guest = guest_here(desk, guest_id, Capability.CHARGE_REFUND)
    return _book(request, desk, guest, name="correct", book=points_correct)


def _book(request: HttpRequest, desk: Desk, guest: Guest, *, name: str, book: Book) -> HttpResponse:
    """What is refused stays as it was typed."""
    form = PointsForm(request.POST, prefix=name)
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            book(guest_id=guest.pk, actor=desk.actor, now=desk.now, **data)
        except NotEnoughPoints as refusal:
            form.add_error("points", str(refusal.detail))
        except ValidationFailed as refusal:
            form.add_refusal(refusal)
        else:
            return go_to(request, f"{guest_url(desk, guest)}#points")
    return profile_page(
        request, desk, guest, forms={name: form}, errors=errors_of(form), status=422
    )

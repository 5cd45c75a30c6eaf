"""The second tap: what the panel sends becomes a reservation, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.errors import NoOnlineAvailability, SameGuestOverlap, SlotUnavailable
from bookings.forms import BookingForm, FinderForm
from bookings.models import Reservation, ReservationStatus
from bookings.presenters.clock import clock_text
from bookings.presenters.finder import Alternative, Choice, alternatives_of
from bookings.presenters.panel import Panel, panel_of
from bookings.presenters.profile import profile_of
from bookings.selectors import manage_path
from bookings.services import BookingRequest, reservation_create
from bookings.views.common import actor_of, make_private, owner_key
from bookings.views.finding import Finder, Own, finder_of
from bookings.views.holding import own_hold_id, remembered_token
from bookings.views.limits import limit
from bookings.views.paying import pay_path
from bookings.views.restaurant import Place, terms_of_choice
from guests.wordings import marketing_words
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed
from reservehub.core.idempotency import form_once
from reservehub.core.pages import PageError, errors_of, go_to, is_fragment, refusals_as_pages
from reservehub.core.tokens import new_nonce
from restaurants.selectors import restaurant_public

#: Where the pointers of the service lead on this page.
_FIELDS = {
    "/guest_name": "id_name",
    "/guest_phone": "id_contact",
    "/guest_email": "id_contact",
    "/special_requests": "id_requests",
    "/dietary_restrictions": "id_consent",
    "/has_health_consent": "id_consent",
    "/special_occasion": "id_occasion",
}
_FOLDED = frozenset({"occasion", "requests", "dietary", "consent"})


@require_http_methods(["GET", "POST"])
@refusals_as_pages
def book(request: HttpRequest, slug: str) -> HttpResponse:
    """Book, or say why not with everything kept; 422 for input, 409 when the time is gone."""
    place = Place(restaurant_public(slug))
    if request.method != "POST":  # the address of a refused form, reloaded or shared
        return go_to(request, place.url)
    limit(request, "book", count=30, seconds=600)
    data = request.POST.copy()
    if data.get("instead"):
        data["slot"] = str(data["instead"])
        data["hold_token"] = ""
    form = BookingForm(
        data,
        country=place.restaurant.country,
        area_ids=frozenset(area.pk for area in place.areas),
    )
    if not form.is_valid():
        return _refused(request, place, form, errors_of(form), status=422)
    try:
        reservation = _book_once(request, place, form)
    except ValidationFailed as refusal:
        errors = [PageError(str(e.detail), _FIELDS.get(e.pointer, "")) for e in refusal.errors]
        return _refused(request, place, form, errors, status=422)
    except SlotUnavailable as refusal:
        return _taken(request, place, form, refusal)
    except SameGuestOverlap as refusal:
        text = _("%(title)s. Use “Find my booking” below to see or change it.")
        errors = [PageError(text % {"title": refusal.title})]
        return _refused(request, place, form, errors, status=409)
    return make_private(go_to(request, _next_page(reservation, shown=str(data.get("price", "")))))


def _next_page(reservation: Reservation, *, shown: str) -> str:
    """Where the guest pays, if the table waits for money, else the page of the booking.

    :param shown: the price that the guest saw: where the table they got costs more, they are told
    """
    if reservation.status != ReservationStatus.PENDING_PAYMENT:
        return manage_path(reservation)
    is_as_shown = shown == str(reservation.deposit_minor) or not shown
    return pay_path(reservation) + ("" if is_as_shown else "?dearer=1")


def _book_once(request: HttpRequest, place: Place, form: BookingForm) -> Reservation:
    """A double tap, or a resend by a shaky network, finds the booking of the first."""
    now = clock.now()
    wish = _request_of(request, place, form)
    what = (wish.date, wish.time, wish.fold, wish.party_size, wish.area_id)
    who = (wish.guest_name, wish.guest_email, wish.guest_phone)

    def work() -> int:
        return reservation_create(request=wish, actor=actor_of(request), now=now).reservation.pk

    made = form_once(
        nonce=form.cleaned_data["nonce"],
        scope=f"page:book:{owner_key(request)}",
        wish=(what, who),
        now=now,
        work=work,
    )
    return Reservation.objects.get(pk=made)


def _request_of(request: HttpRequest, place: Place, form: BookingForm) -> BookingRequest:
    data = form.cleaned_data
    choice: Choice = data["slot"]
    return BookingRequest(
        restaurant_id=place.restaurant.pk,
        date=choice.date,
        time=choice.time,
        fold=choice.fold,
        party_size=data["guests"],
        area_id=data["area"],
        guest_name=data["name"],
        guest_email=data["email"],
        guest_phone=data["phone"],
        guest_language=get_language() or "en",
        special_occasion=data["occasion"] or "none",
        special_requests=data["requests"],
        dietary_restrictions=tuple(data["dietary"]),
        has_health_consent=data["consent"],
        marketing_words=marketing_words(place.restaurant.name) if data["news"] else "",
        hold_token=data["hold_token"] or remembered_token(request, place.restaurant),
        source="web",
        customer_id=request.user.pk if request.user.is_authenticated else None,
    )


def _taken(
    request: HttpRequest, place: Place, form: BookingForm, refusal: SlotUnavailable
) -> HttpResponse:
    choice: Choice = form.cleaned_data["slot"]
    others = alternatives_of(
        refusal.extra.get("alternatives", ()), wished=choice.date, restaurant=place.restaurant
    )
    if isinstance(refusal, NoOnlineAvailability):
        text = _("There is no online availability. Please call the restaurant.")
    elif "nonexistent_time" in refusal.extra.get("reasons", ()):
        text = _("The clocks go forward that night: this time does not exist.")
    elif others:
        text = _("%(time)s was just taken.") % {"time": clock_text(choice.time, place.restaurant)}
    else:
        text = _("%(time)s is not available, and no time near it is. Please try another day.") % {
            "time": clock_text(choice.time, place.restaurant)
        }
    return _refused(request, place, form, [PageError(text)], status=409, alternatives=others)


def _refused(
    request: HttpRequest,
    place: Place,
    form: BookingForm,
    errors: Sequence[PageError],
    *,
    status: int,
    alternatives: Sequence[Alternative] = (),
) -> HttpResponse:
    """The panel again with what was typed; the whole page where there is no JavaScript."""
    finder = _finder(request, place, form)
    context: dict[str, Any] = {
        "restaurant": place.restaurant,
        "profile": profile_of(place.restaurant, place.periods),
        "finder": finder,
        "panel": _panel(request, place, form, finder, alternatives=alternatives),
        "form": form,
        "errors": errors,
        "has_errors": True,
    }
    is_part = is_fragment(request, "panel")
    template = "pages/parts/panel_response.html" if is_part else "pages/restaurant.html"
    return make_private(render(request, template, context, status=status))


def _finder(request: HttpRequest, place: Place, form: BookingForm) -> Finder:
    wish = FinderForm({name: form.data.get(name, "") for name in ("slot", "guests", "area")})
    return finder_of(
        restaurant=place.restaurant,
        periods=place.periods,
        areas=place.areas,
        form=wish,
        url=place.url,
        now=clock.now(),
        own=Own(hold_id=own_hold_id(request, place.restaurant)),
    )


def _panel(
    request: HttpRequest,
    place: Place,
    form: BookingForm,
    finder: Finder,
    *,
    alternatives: Sequence[Alternative],
) -> Panel:
    folded = _FOLDED & (set(form.errors) | {name for name in _FOLDED if form.data.get(name)})
    if form.data.get("occasion") == "none" and folded == {"occasion"}:
        folded = frozenset()
    return panel_of(
        restaurant=place.restaurant,
        choice=finder.choice,
        answer=finder.answer if not alternatives else None,
        party_size=finder.party_size,
        area=place.area(finder.area_id),
        nonce=str(form.data.get("nonce") or new_nonce()),
        action=reverse("bookings:book", args=[place.restaurant.slug]),
        now=clock.now(),
        alternatives=alternatives,
        is_request_open=bool(folded),
        dietary=frozenset(form["dietary"].value() or ()),
        terms=terms_of_choice(request, place, finder),
    )

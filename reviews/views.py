"""The guest's page of a review, and what everybody may read."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bookings.models import Reservation
from bookings.views.common import actor_of, private_page
from bookings.views.manage import reservation_of
from reservehub.core import clock
from reservehub.core.errors import DomainError, ValidationFailed
from reservehub.core.pages import PageError, go_to, refusals_as_pages
from restaurants.selectors import restaurant_public
from reviews.models import Review
from reviews.selectors import author_of, rating_of, reviews_published
from reviews.services import PARTS, check_may_write, review_write

PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@refusals_as_pages
def write(request: HttpRequest, token: str) -> HttpResponse:
    """Stars and words about a visit that happened; what is there already can be changed."""
    reservation = reservation_of(request, token)
    review = Review.objects.filter(reservation=reservation).first()
    now = clock.now()
    try:
        check_may_write(reservation, review, now=now)
    except DomainError as refusal:
        context: dict[str, Any] = {"refusal": refusal, "review": review}
        status = 200 if request.method != "POST" else refusal.status
        return _page(request, token, reservation, context, status=status)
    if request.method != "POST":
        return _page(request, token, reservation, {"review": review, **_stored(review)})
    typed = {name: request.POST.get(name, "") for name in ("stars", *PARTS, "text")}
    try:
        review_write(
            reservation_id=reservation.pk,
            stars=_stars(typed["stars"]),
            parts={name: _stars(typed[name]) for name in PARTS},
            text=typed["text"],
            language=get_language() or "en",
            actor=actor_of(request),
            now=now,
        )
    except ValidationFailed as refusal:
        errors = [
            PageError(str(error.detail), f"id_{error.pointer.strip('/')}")
            for error in refusal.errors
        ]
        context = {"review": review, "typed": typed, "errors": errors, "has_errors": True}
        return _page(request, token, reservation, context, status=422)
    return go_to(request, f"{reverse('reviews:write', args=[token])}?thanks=1")


def _stars(text: str) -> int | None:
    """What was chosen; a number that nobody can choose stays one, for the service to refuse."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _stored(review: Review | None) -> dict[str, Any]:
    if review is None:
        return {"typed": {}}
    typed = {name: str(getattr(review, name) or "") for name in ("stars", *PARTS)}
    return {"typed": {**typed, "text": review.text}}


def _page(
    request: HttpRequest,
    token: str,
    reservation: Reservation,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    typed: dict[str, str] = context.get("typed", {})
    labels = {
        "stars": _("The visit as a whole"),
        "food": _("Food"),
        "service": pgettext("part of a review", "Service"),
        "ambience": _("Ambience"),
    }
    whole = {
        "restaurant": reservation.restaurant,
        "reservation": reservation,
        "manage_url": reverse("bookings:manage", args=[token]),
        "is_thanked": "thanks" in request.GET and context.get("review") is not None,
        "scales": [
            {"name": name, "label": label, "value": typed.get(name, "")}
            for name, label in labels.items()
        ],
        "numbers": "54321",
        "text": typed.get("text", ""),
        **context,
    }
    return render(request, "pages/reviews/write.html", whole, status=status)


@require_GET
@refusals_as_pages
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """All published reviews of a restaurant."""
    place = restaurant_public(slug)
    page = Paginator(reviews_published(place), PAGE).get_page(request.GET.get("page"))
    context = {
        "restaurant": place,
        "page": page,
        "rows": [(review, author_of(review)) for review in page],
        "rating": rating_of(place),
    }
    return render(request, "pages/reviews/list.html", context)

"""What guests said: publishing, keeping back, answering."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.pages import PageError, go_to
from restaurants.permissions import Capability
from reviews.models import Review, ReviewStatus
from reviews.selectors import author_of, rating_of, reviews_of
from reviews.services import review_answer, review_moderate
from staff.access import Desk, desk_view, show

PAGE = 30


@require_GET
@desk_view()
def reviews(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All reviews; those that wait for a look can be asked for alone."""
    return _page(request, desk)


@require_POST
@desk_view(Capability.CONFIGURE)
def moderate(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Publish a review, or keep it back."""
    review = _review(desk, pk)
    is_published = request.POST.get("publish") == "1"
    review_moderate(review_id=review.pk, publish=is_published, actor=desk.actor, now=desk.now)
    words = _("The review is published.") if is_published else _("The review is not published.")
    messages.success(request, words)
    return go_to(request, reverse("staff:reviews", args=[desk.restaurant.slug]))


@require_POST
@desk_view(Capability.CONFIGURE)
def answer(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Answer under the review; an empty answer takes it back."""
    review = _review(desk, pk)
    text = request.POST.get("answer", "")
    try:
        review_answer(review_id=review.pk, text=text, actor=desk.actor, now=desk.now)
    except ValidationFailed as refusal:
        errors = [PageError(str(error.detail), f"answer-{review.pk}") for error in refusal.errors]
        return _page(request, desk, errors=errors, typed={review.pk: text}, status=422)
    messages.success(request, _("Saved."))
    return go_to(request, reverse("staff:reviews", args=[desk.restaurant.slug]))


def _page(
    request: HttpRequest,
    desk: Desk,
    *,
    errors: list[PageError] | None = None,
    typed: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = reviews_of(desk.restaurant)
    only = request.GET.get("only", "")
    if only in ReviewStatus.values:
        rows = rows.filter(status=only)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            (review, author_of(review), (typed or {}).get(review.pk, review.answer))
            for review in page
        ],
        "rating": rating_of(desk.restaurant),
        "only": only,
        "choices": [("", _("All")), *ReviewStatus.choices],
        "can_edit": desk.can(Capability.CONFIGURE),
        "errors": errors or [],
        "has_errors": bool(errors),
    }
    return show(request, desk, "staff/reviews/list.html", context, section="reviews", status=status)


def _review(desk: Desk, pk: int) -> Review:
    """:raises NotFound: also for reviews of other restaurants"""
    found = reviews_of(desk.restaurant).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found

"""Writing, moderating and answering reviews (requirement B9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.lifecycle import Status
from bookings.models import Reservation
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, FieldError, NotFound, ValidationFailed
from reviews.models import Review, ReviewStatus
from reviews.moderation import needs_look

WRITTEN_WITHIN = timedelta(days=90)
"""After the visit; later nobody remembers well."""
CHANGED_WITHIN = timedelta(days=7)
"""After it was first written."""
LONGEST = 2000
PARTS = ("food", "service", "ambience")


class NotVisited(DomainError):
    """The visit has not happened, or was not finished by staff yet."""

    code = "not_visited"
    title = _("You can review a visit after it")


class TooLateToReview(DomainError):
    code = "too_late_to_review"
    title = _("It is too late to write or change this review")


def check_may_write(reservation: Reservation, review: Review | None, *, now: datetime) -> None:
    """:raises NotVisited, TooLateToReview: if nobody can review this visit now"""
    if reservation.status != Status.COMPLETED:
        raise NotVisited
    if review is not None:
        if now > review.created_at + CHANGED_WITHIN:
            raise TooLateToReview(gettext("A review can be changed for seven days."))
    elif now > (reservation.completed_at or reservation.ends_at) + WRITTEN_WITHIN:
        raise TooLateToReview(gettext("A visit can be reviewed for 90 days."))


@transaction.atomic
def review_write(
    *,
    reservation_id: int,
    stars: int | None,
    parts: Mapping[str, int | None],
    text: str,
    language: str,
    actor: Actor,
    now: datetime,
) -> Review:
    """Write the review of a visit, or change it within seven days; there is one per reservation.
    Published at once, unless it holds a link or the like, or was rejected before: then staff look.

    :param parts: stars for some of `PARTS`
    :raises NotFound: if there is no such reservation
    :raises NotVisited, TooLateToReview: if it cannot be reviewed now
    :raises ValidationFailed: without stars from 1 to 5, or for a text that is too long
    """
    reservation = (
        Reservation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=reservation_id)
        .first()
    )
    if reservation is None:
        raise NotFound
    review = Review.objects.filter(reservation=reservation).first()
    check_may_write(reservation, review, now=now)
    text = text.strip()
    _check(stars, parts, text)
    before = None if review is None else _values(review)
    was_rejected = review is not None and review.status == ReviewStatus.REJECTED
    if review is None:
        review = Review(
            reservation=reservation,
            restaurant_id=reservation.restaurant_id,
            guest_id=reservation.guest_id,
            created_at=now,
        )
    review.stars = stars or 0
    for name in PARTS:
        setattr(review, name, parts.get(name))
    review.text, review.language, review.updated_at = text, language[:10], now
    waits = was_rejected or needs_look(text)
    review.status = ReviewStatus.PENDING if waits else ReviewStatus.PUBLISHED
    review.save()
    _record(review, "reviews.review.written", before=before, actor=actor, now=now)
    return review


def _check(stars: int | None, parts: Mapping[str, int | None], text: str) -> None:
    errors = []
    if stars is None or not 1 <= stars <= 5:
        errors.append(FieldError("/stars", "required", gettext("Choose one to five stars.")))
    errors += [
        FieldError(f"/{name}", "invalid", gettext("Choose one to five stars."))
        for name in PARTS
        if (given := parts.get(name)) is not None and not 1 <= given <= 5
    ]
    if len(text) > LONGEST:
        words = gettext("Use at most 2000 characters.")
        errors.append(FieldError("/text", "max_length", words))
    if errors:
        raise ValidationFailed(errors=errors)


@transaction.atomic
def review_moderate(*, review_id: int, publish: bool, actor: Actor, now: datetime) -> Review:
    """Let everybody read it, or nobody. Doing it again changes nothing.

    :raises NotFound: if it is gone
    """
    review = _locked(review_id)
    wanted = ReviewStatus.PUBLISHED if publish else ReviewStatus.REJECTED
    if review.status == wanted:
        return review
    before = _values(review)
    review.status = wanted
    review.save(update_fields=["status"])
    _record(review, "reviews.review.moderated", before=before, actor=actor, now=now)
    return review


@transaction.atomic
def review_answer(*, review_id: int, text: str, actor: Actor, now: datetime) -> Review:
    """Answer in public under the review; an empty text takes the answer back.

    :raises NotFound: if it is gone
    :raises ValidationFailed: for a text that is too long
    """
    review = _locked(review_id)
    text = text.strip()
    if len(text) > LONGEST:
        words = gettext("Use at most 2000 characters.")
        raise ValidationFailed(errors=[FieldError("/answer", "max_length", words)])
    if review.answer == text:
        return review
    before = _values(review)
    review.answer = text
    review.answered_by_id = actor.user_id if text else None
    review.answered_at = now if text else None
    review.save(update_fields=["answer", "answered_by", "answered_at"])
    _record(review, "reviews.review.answered", before=before, actor=actor, now=now)
    return review


def _locked(review_id: int) -> Review:
    found = Review.objects.select_for_update().filter(pk=review_id).first()
    if found is None:
        raise NotFound
    return found


def _values(review: Review) -> dict[str, object]:
    """For the audit, without what people wrote."""
    return {
        "stars": review.stars,
        "status": str(review.status),
        "characters": len(review.text),
        "is_answered": bool(review.answer),
    }


def _record(
    review: Review,
    action: str,
    *,
    before: dict[str, object] | None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=review,
        now=now,
        restaurant_id=review.restaurant_id,
        before=before,
        after=_values(review),
    )

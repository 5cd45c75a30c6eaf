"""What guests say about a visit that really happened."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models import Reservation
from guests.models import Guest
from restaurants.models import Restaurant


class ReviewStatus(models.TextChoices):
    PENDING = "pending", _("Waits for a look")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Not published")


class Review(models.Model):
    """One per completed reservation, by its guest; others see only their first name."""

    reservation = models.OneToOneField(
        Reservation,
        on_delete=models.CASCADE,
        related_name="review",
        verbose_name=_("reservation"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="reviews",
        verbose_name=_("restaurant"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("guest"),
    )
    stars = models.PositiveSmallIntegerField(_("stars"))
    food = models.PositiveSmallIntegerField(_("food"), null=True, blank=True)
    service = models.PositiveSmallIntegerField(_("service"), null=True, blank=True)
    ambience = models.PositiveSmallIntegerField(_("ambience"), null=True, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    status = models.CharField(
        _("status"), max_length=20, choices=ReviewStatus.choices, default=ReviewStatus.PENDING
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    created_at = models.DateTimeField(_("written at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(stars__range=(1, 5)), name="reviews_stars_are_one_to_five"
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__range": (1, 5)})
                    | models.Q(**{f"{name}__isnull": True}),
                    name=f"reviews_{name}_is_one_to_five",
                )
                for name in ("food", "service", "ambience")
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["restaurant", "status", "-created_at"], name="reviews_of_restaurant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant_id} · {self.stars}"

"""Points for visits and spend, tiers, and what was redeemed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest
from restaurants.models import Organisation


class LoyaltyProgramme(models.Model):
    """How an organisation rewards visits; one each."""

    organisation = models.OneToOneField(
        Organisation,
        on_delete=models.CASCADE,
        related_name="loyalty",
        verbose_name=_("organisation"),
    )
    is_active = models.BooleanField(_("active"), default=False)
    points_per_visit = models.PositiveIntegerField(_("points per visit"), default=10)
    points_per_unit = models.PositiveIntegerField(
        _("points per whole unit of money spent"), default=0
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("loyalty programme")
        verbose_name_plural = _("loyalty programmes")

    def __str__(self) -> str:
        return str(self.organisation_id)


class LoyaltyTier(models.Model):
    """A rung: reached with this many points earned ever."""

    programme = models.ForeignKey(
        LoyaltyProgramme,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="tiers",
        verbose_name=_("programme"),
    )
    name = models.CharField(_("name"), max_length=60)
    from_points = models.PositiveIntegerField(_("from points earned"))
    benefit = models.CharField(_("benefit"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("loyalty tier")
        verbose_name_plural = _("loyalty tiers")
        ordering: ClassVar[list[str]] = ["from_points"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["programme", "from_points"], name="guests_tier_threshold_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LoyaltyReason(models.TextChoices):
    VISIT = "visit", _("Visit")
    REDEEMED = "redeemed", _("Redeemed")
    CORRECTION = "correction", _("Correction")


class LoyaltyEntry(models.Model):
    """Points earned (positive) or redeemed (negative); the balance is their sum.

    `cause` names what earned them once ("reservation:42"), so that it cannot earn twice. What a
    visit earned keeps the rate of its day, so that a bill that is corrected later is counted by it.
    """

    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="loyalty_entries",
        verbose_name=_("guest"),
    )
    points = models.IntegerField(_("points"))
    reason = models.CharField(_("reason"), max_length=20, choices=LoyaltyReason.choices)
    cause = models.CharField(_("cause"), max_length=80, blank=True)
    units_spent = models.PositiveBigIntegerField(
        _("whole units of money spent"),
        default=0,
        db_default=0,
        help_text=_("For these they were earned."),
    )
    points_per_unit = models.PositiveIntegerField(
        _("points for each unit"),
        null=True,
        blank=True,
        help_text=_("As agreed when they were earned; empty where that is not known."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("loyalty points")
        verbose_name_plural = _("loyalty points")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["cause"],
                condition=~models.Q(cause=""),
                name="guests_points_are_earned_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["guest", "-created_at"], name="guests_points_of_guest"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id}: {self.points:+}"

"""How a restaurant runs its waitlist, and which of its days are to be looked at."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from restaurants.models import Restaurant
from waitlist.models.offers import OfferCause


class WaitlistSettings(models.Model):
    """How one restaurant runs its waitlist. Without a row the defaults hold."""

    restaurant = models.OneToOneField(
        Restaurant,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="waitlist_settings",
        verbose_name=_("restaurant"),
    )
    is_enabled = models.BooleanField(_("guests may join"), default=True, db_default=True)
    is_broadcast = models.BooleanField(
        _("tell everybody at once, first wins"),
        default=False,
        db_default=False,
        help_text=_("Instead of holding the table for one after the other (rule 90)."),
    )
    most_per_guest = models.PositiveSmallIntegerField(
        _("entries per guest at once"),
        default=5,
        db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    vip_priority = models.PositiveSmallIntegerField(
        _("priority of VIP guests"), default=1, db_default=1, validators=[MaxValueValidator(9)]
    )
    night_from = models.TimeField(
        _("answers are not awaited from"), default=time(23), db_default=time(23)
    )
    night_until = models.TimeField(
        _("answers are awaited again from"), default=time(8), db_default=time(8)
    )

    class Meta:
        verbose_name = _("waitlist settings")
        verbose_name_plural = _("waitlist settings")

    def __str__(self) -> str:
        return str(self.restaurant)


class WaitlistGain(models.Model):
    """A day of a restaurant on which something became free; the matcher takes the row away.

    Many changes before it comes are one row, so that a day is looked at once.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("restaurant"),
    )
    service_date = models.DateField(_("service date"))
    cause = models.CharField(_("cause"), max_length=20, choices=OfferCause.choices)
    since = models.DateTimeField(_("free since"))

    class Meta:
        verbose_name = _("gain of capacity")
        verbose_name_plural = _("gains of capacity")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "service_date"], name="waitlist_one_gain_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant} {self.service_date}"

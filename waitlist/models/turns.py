"""What a restaurant has learned about how long its parties stay."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from restaurants.models import Restaurant
from waitlist.prediction import Daypart

DAYPARTS = (
    (Daypart.LUNCH.value, _("Until 16:00")),
    (Daypart.EVENING.value, _("16:00 to 21:00")),
    (Daypart.LATE.value, _("After 21:00")),
)


class TurnTime(models.Model):
    """The visits of one party size and part of the day: how many there were, and mean and variance
    of the natural logarithm of their minutes. Written anew every night, never added to; shrinking
    to what is configured happens when it is read.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="learned_turn_times",
        verbose_name=_("restaurant"),
    )
    party_size = models.PositiveSmallIntegerField(
        _("party size"), validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    daypart = models.CharField(_("part of the day"), max_length=10, choices=DAYPARTS)
    visits = models.PositiveIntegerField(pgettext_lazy("how many", "visits"))
    log_mean = models.FloatField(_("mean of the logarithm"))
    log_variance = models.FloatField(_("variance of the logarithm"))
    learned_at = models.DateTimeField(_("learned at"))

    class Meta:
        verbose_name = _("learned turn time")
        verbose_name_plural = _("learned turn times")
        ordering: ClassVar[list[str]] = ["restaurant", "daypart", "party_size"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "daypart", "party_size"],
                name="waitlist_one_turn_time_per_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(visits__gte=1) & models.Q(log_variance__gte=0),
                name="waitlist_turn_times_are_of_visits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant_id} · {self.party_size} · {self.daypart}"

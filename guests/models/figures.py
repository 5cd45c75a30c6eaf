"""What a guest's visits add up to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.guest import Guest
from restaurants.models import Area


class GuestFigures(models.Model):
    """Counted from the reservations across the organisation, never by adding one (rule 101).

    The bookings write it, whole, whenever a reservation of the guest changes and every night; a
    guest without a row has never booked. Money is in minor units of the organisation's currency and
    zero where no bill is known.
    """

    guest = models.OneToOneField(
        Guest,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="figures",
        verbose_name=_("guest"),
    )
    bookings = models.PositiveIntegerField(_("bookings"), default=0)
    visits = models.PositiveIntegerField(_("visits"), default=0)
    no_shows = models.PositiveIntegerField(_("no-shows"), default=0)
    cancellations = models.PositiveIntegerField(_("cancellations"), default=0)
    late_cancellations = models.PositiveIntegerField(_("late cancellations"), default=0)
    upcoming = models.PositiveIntegerField(_("upcoming"), default=0)
    covers = models.PositiveIntegerField(_("covers"), default=0)
    spend_minor = models.BigIntegerField(_("spend, minor units"), default=0)
    billed_visits = models.PositiveIntegerField(_("visits with a known bill"), default=0)
    first_visit_on = models.DateField(_("first visit"), null=True, blank=True)
    last_visit_on = models.DateField(_("last visit"), null=True, blank=True)
    next_visit_on = models.DateField(_("next visit"), null=True, blank=True)
    usual_party_size = models.PositiveSmallIntegerField(_("usual party"), null=True, blank=True)
    usual_weekday = models.PositiveSmallIntegerField(
        _("usual weekday, 0 = Monday"), null=True, blank=True
    )
    usual_hour = models.PositiveSmallIntegerField(_("usual hour"), null=True, blank=True)
    usual_area = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usual area"),
    )
    lead_hours = models.PositiveIntegerField(
        _("books ahead, hours (median)"), null=True, blank=True
    )
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("figures of a guest")
        verbose_name_plural = _("figures of guests")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["last_visit_on"], name="guests_figures_by_last_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id}: {self.visits}"

"""Everything that takes a table, one row per physical table (the core of the house, see
docs/booking.md).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.reservation import Reservation
from restaurants.models import Area, Restaurant, Table


class Hold(models.Model):
    """Tables kept for a guest while the form is filled in (rules 48-52).

    Expiry is decided when reading.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="holds",
        verbose_name=_("restaurant"),
    )
    token_hash = models.CharField(max_length=64, editable=False)
    owner_key = models.CharField(
        _("session"),
        max_length=64,
        help_text=_("One live hold per session."),
    )
    ip_key = models.CharField(_("address, hashed"), max_length=64, blank=True)
    service_date = models.DateField(_("service date"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    party_size = models.PositiveSmallIntegerField(_("party size"))
    area = models.ForeignKey(
        Area, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("area")
    )
    is_online = models.BooleanField(_("counts against online pacing"), default=True)
    extensions = models.PositiveSmallIntegerField(_("extensions"), default=0)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["restaurant", "owner_key"], name="bookings_one_hold_per_session"
            ),
            models.UniqueConstraint(fields=["token_hash"], name="bookings_hold_token_is_unique"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["restaurant", "service_date"], name="bookings_hold_by_day"),
            models.Index(fields=["expires_at"], name="bookings_hold_by_expiry"),
            models.Index(fields=["ip_key"], name="bookings_hold_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.restaurant} {self.starts_at:%Y-%m-%d %H:%M} · {self.party_size}"


class TableBlock(models.Model):
    """Staff keep a table free of guests: broken, for the house, private event (rule 15)."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.CASCADE, related_name="blocks", verbose_name=_("restaurant")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("table block")
        verbose_name_plural = _("table blocks")

    def __str__(self) -> str:
        return self.reason or f"#{self.pk}"


class OccupancyKind(models.TextChoices):
    RESERVATION = "reservation", _("Reservation")
    HOLD = "hold", _("Hold")
    BLOCK = "block", _("Block")


class Occupancy(models.Model):
    """One physical table taken for `period` (half-open, buffer included).

    The exclusion constraint is the guarantee against double booking. `expires_at` is set on holds
    only; a row whose `expires_at` has passed no longer counts and is deleted by whoever needs the
    place (rules 50, 51).
    """

    table = models.ForeignKey(
        Table,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="occupancies",
        verbose_name=_("table"),
    )
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="occupancies",
        verbose_name=_("restaurant"),
        db_constraint=False,
    )
    period = DateTimeRangeField(_("period"))
    kind = models.CharField(_("kind"), max_length=20, choices=OccupancyKind.choices)
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="occupancies",
        verbose_name=_("reservation"),
    )
    hold = models.ForeignKey(
        Hold,
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        related_name="occupancies",
        verbose_name=_("hold"),
    )
    block = models.ForeignKey(
        TableBlock,
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        related_name="occupancies",
        verbose_name=_("block"),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            ExclusionConstraint(
                name="bookings_no_table_is_taken_twice",
                expressions=[
                    ("table", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        kind="reservation",
                        reservation__isnull=False,
                        hold=None,
                        block=None,
                        expires_at=None,
                    )
                    | models.Q(
                        kind="hold",
                        hold__isnull=False,
                        reservation=None,
                        block=None,
                        expires_at__isnull=False,
                    )
                    | models.Q(
                        kind="block",
                        block__isnull=False,
                        reservation=None,
                        hold=None,
                        expires_at=None,
                    )
                ),
                name="bookings_occupancy_belongs_to_exactly_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(period__isempty=False),
                name="bookings_occupancy_lasts",
            ),
        ]

        indexes: ClassVar[list[models.Index]] = [
            # A whole evening of one restaurant in one descent; the constraint's own index leads
            # with the table.
            GistIndex(fields=["restaurant", "period"], name="bookings_occupancy_by_evening"),
            models.Index(
                fields=["hold"],
                condition=models.Q(hold__isnull=False),
                name="bookings_occupancy_by_hold",
            ),
            models.Index(
                fields=["block"],
                condition=models.Q(block__isnull=False),
                name="bookings_occupancy_by_block",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.period}"

"""When a booking costs money, and how much (rules 77-84)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models import Tag
from restaurants.models import Area, Restaurant, ServicePeriod


class DepositKind(models.TextChoices):
    """The words of `bookings.deposits.Kind`, translated."""

    EXEMPT = "exempt", _("Nothing (exempt)")
    GUARANTEE = "guarantee", _("Card guarantee")
    AUTHORISATION = "authorisation", _("Amount held on the card")
    DEPOSIT = "deposit", _("Deposit")
    PERCENTAGE = "percentage", _("Share of the estimated bill")
    PREPAYMENT = "prepayment", _("Full prepayment")


class DepositStatus(models.TextChoices):
    """What became of the money of a reservation; the payments themselves know more."""

    NOT_REQUIRED = "not_required", _("No deposit")
    PENDING = "pending", _("Not paid yet")
    GUARANTEED = "guaranteed", _("Card saved")
    HELD = "held", _("Held on the card")
    PAID = "paid", _("Paid")
    REDEEMED = "redeemed", _("Set off against the bill")
    RELEASED = "released", _("Released")
    REFUNDED = "refunded", _("Refunded")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    FORFEITED = "forfeited", _("Kept")
    CHARGED = "charged", _("Fee charged")
    WAIVED = "waived", _("Waived")
    DISPUTED = "disputed", _("Disputed")


class DepositRule(models.Model):
    """If all conditions are met, a booking costs this. Empty conditions ask nothing; of several
    rules the strictest holds (`bookings.deposits.KIND_RANK`, then the amount), and one that exempts
    beats them all. Amounts are minor units of the restaurant's currency.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        related_name="deposit_rules",
        verbose_name=_("restaurant"),
    )
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    min_party = models.PositiveSmallIntegerField(
        _("from so many guests"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_party = models.PositiveSmallIntegerField(
        _("up to so many guests"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list,
        blank=True,
        verbose_name=_("weekdays"),
        help_text=_("1 is Monday; empty means every day."),
    )
    valid_from = models.DateField(_("from day"), null=True, blank=True)
    valid_until = models.DateField(_("until day, inclusive"), null=True, blank=True)
    service_period = models.ForeignKey(
        ServicePeriod,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("service period"),
    )
    area = models.ForeignKey(
        Area, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("area")
    )
    sources = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        verbose_name=_("channels"),
        help_text=_("Empty means all that guests use themselves."),
    )
    min_no_shows = models.PositiveSmallIntegerField(
        _("from so many no-shows of the guest"), null=True, blank=True
    )
    tag = models.ForeignKey(
        Tag, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("guests with the tag")
    )

    kind = models.CharField(_("what it costs"), max_length=20, choices=DepositKind.choices)
    amount_minor = models.PositiveBigIntegerField(
        _("amount, minor units"),
        default=0,
        help_text=_("For a share or a prepayment: the estimated bill."),
    )
    is_per_person = models.BooleanField(_("per person"), default=True)
    percent = models.PositiveSmallIntegerField(
        _("share of the estimated bill, percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    cutoff_minutes = models.PositiveIntegerField(
        _("money back until so many minutes before"),
        null=True,
        blank=True,
        help_text=_("Empty: until the free cancellation of the booking policy ends."),
    )
    late_cancel_percent = models.PositiveSmallIntegerField(
        _("kept when cancelled later, percent"),
        default=100,
        validators=[MaxValueValidator(100)],
    )
    no_show_percent = models.PositiveSmallIntegerField(
        _("kept or charged for a no-show, percent"),
        default=100,
        validators=[MaxValueValidator(100)],
    )
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("deposit rule")
        verbose_name_plural = _("deposit rules")
        ordering: ClassVar[list[str]] = ["restaurant_id", "name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind="exempt") | models.Q(amount_minor__gt=0),
                name="bookings_a_deposit_rule_asks_for_something",
            ),
            models.CheckConstraint(
                condition=models.Q(max_party=None)
                | models.Q(min_party=None)
                | models.Q(max_party__gte=models.F("min_party")),
                name="bookings_deposit_party_range_is_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Deposit(models.Model):
    """What was decided about the money of one reservation; a row only where money is asked for.

    The terms stand in its policy snapshot, the money itself in its payments.
    """

    reservation = models.OneToOneField(
        "bookings.Reservation",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="deposit",
        verbose_name=_("reservation"),
    )
    waived_minor = models.BigIntegerField(
        _("given up by staff, minor units"), default=0, help_text=_("Of the most that was agreed.")
    )
    fee_minor = models.BigIntegerField(
        _("fee decided by staff, minor units"),
        default=0,
        help_text=_("For guests who did not come, or for cancelling late."),
    )
    is_by_link = models.BooleanField(
        _("paid by a link"), default=False, help_text=_("Rather than while booking.")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
        help_text=_("Where no rule asked, but somebody of the restaurant."),
    )
    pay_until = models.DateTimeField(
        _("to be paid by"),
        null=True,
        blank=True,
        help_text=_("Where the booking stays even if it is not paid by then."),
    )
    extensions = models.PositiveSmallIntegerField(_("given more time"), default=0)
    look_again_at = models.DateTimeField(
        _("looked at again at"), null=True, blank=True, help_text=_("By the clock.")
    )
    too_late_at = models.DateTimeField(
        _("paid too late"), null=True, blank=True, help_text=_("And the tables were gone.")
    )

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["look_again_at"],
                name="bookings_deposits_by_clock",
                condition=models.Q(look_again_at__isnull=False),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(waived_minor__gte=0, fee_minor__gte=0),
                name="bookings_deposit_sums_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.reservation_id)

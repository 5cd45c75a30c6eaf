"""Guests who wait for a table of an evening that is full (rules 85-92)."""

from __future__ import annotations

from datetime import date, time
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from bookings.models import Occasion, Reservation, Source
from guests.models import Guest
from restaurants.models import Restaurant


class EntryStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Offered a table")
    PAUSED = "paused", _("Paused: two offers unanswered")
    ACCEPTED = "accepted", _("Has booked")
    LEFT = "left", _("Left the waitlist")
    REMOVED = "removed", _("Taken off by the restaurant")
    CLOSED = "closed", _("Booked another table that night")
    EXPIRED = "expired", _("The evening is over")


LIVE = (EntryStatus.WAITING, EntryStatus.OFFERED, EntryStatus.PAUSED)
"""Still hoping for a table."""
_LIVE = [str(status) for status in LIVE]


class WaitlistEntry(models.Model):
    """One guest's wish for a table on one date, or on any of several.

    The window is wall clock of the restaurant on the service date: a time before the first seating
    is next morning (rule 7). Starts up to `flexibility_minutes` outside it are offered too, after
    those inside. No `area_ids` means any area. `version` grows with every change.
    """

    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="waitlist_entries",
        verbose_name=_("restaurant"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="waitlist_entries",
        verbose_name=_("guest"),
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="waitlist_entries",
        verbose_name=_("customer account"),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=EntryStatus.choices, default=EntryStatus.WAITING
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    service_date = models.DateField(_("service date"))
    last_service_date = models.DateField(
        _("last service date"), help_text=_("The same as the first where only one date suits.")
    )
    from_time = models.TimeField(_("from"))
    until_time = models.TimeField(_("until"))
    flexibility_minutes = models.PositiveSmallIntegerField(
        _("flexibility, minutes"), default=0, db_default=0, validators=[MaxValueValidator(180)]
    )
    party_size = models.PositiveSmallIntegerField(
        _("party size"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    area_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("areas that suit"),
        help_text=_("Empty: any."),
    )
    required_features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("table features needed"),
    )

    guest_name = models.CharField(_("guest name"), max_length=150)
    guest_email = models.EmailField(_("guest e-mail"), blank=True)
    guest_phone = PhoneNumberField(_("guest phone"), blank=True)
    guest_language = models.CharField(
        _("guest language"), max_length=10, default="en", db_default="en"
    )
    special_occasion = models.CharField(
        _("occasion"), max_length=20, choices=Occasion.choices, default=Occasion.NONE
    )
    special_requests = models.TextField(_("special requests"), blank=True, max_length=1000)
    dietary_restrictions = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("dietary needs"),
    )
    has_health_consent = models.BooleanField(
        _("agreed that dietary needs are stored"), default=False, db_default=False
    )

    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(9)],
        help_text=_("Higher is asked first."),
    )
    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.WEB
    )
    ignored_offers = models.PositiveSmallIntegerField(
        _("offers left unanswered"), default=0, db_default=0
    )
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="waitlist_entries",
        verbose_name=_("what it became"),
    )

    created_at = models.DateTimeField(_("joined at"))
    updated_at = models.DateTimeField(_("updated at"))
    expires_at = models.DateTimeField(
        _("last possible start"), help_text=_("The entry expires then (rule 92).")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    link_nonce = models.CharField(max_length=40, editable=False)
    token_hash = models.CharField(max_length=64, editable=False)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)

    class Meta:
        verbose_name = _("waitlist entry")
        verbose_name_plural = _("waitlist entries")
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token_hash"], name="waitlist_token_is_unique"),
            models.CheckConstraint(
                condition=models.Q(party_size__gte=1), name="waitlist_entry_has_a_party"
            ),
            models.CheckConstraint(
                condition=models.Q(last_service_date__gte=models.F("service_date")),
                name="waitlist_dates_are_in_order",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The waitlist of a day, and what the matcher reads.
            models.Index(
                fields=["restaurant", "service_date", "created_at"],
                condition=models.Q(status__in=_LIVE),
                name="waitlist_live_by_day",
            ),
            models.Index(
                fields=["restaurant", "service_date", "created_at"], name="waitlist_by_day"
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=_LIVE),
                name="waitlist_live_by_expiry",
            ),
            models.Index(
                fields=["guest", "service_date"],
                condition=models.Q(guest__isnull=False),
                name="waitlist_by_guest",
            ),
            models.Index(
                fields=["customer"],
                condition=models.Q(customer__isnull=False),
                name="waitlist_by_customer",
            ),
            models.Index(
                fields=["reservation"],
                condition=models.Q(reservation__isnull=False),
                name="waitlist_by_reservation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_name} · {self.party_size} · {self.service_date}"

    @property
    def is_live(self) -> bool:
        """Whether the guest still hopes for a table."""
        return self.status in LIVE

    @property
    def is_unpaid(self) -> bool:
        """Why it expired: the guest took a table and did not pay for it in time (rule 78). An entry
        that waited in vain never became a booking.
        """
        return self.status == EntryStatus.EXPIRED and self.reservation_id is not None

    @property
    def window(self) -> tuple[time, time]:
        """The wished span of the wall clock, both ends included."""
        return self.from_time, self.until_time

    @property
    def is_one_date(self) -> bool:
        """Whether only one date suits."""
        return self.service_date == self.last_service_date

    def suits_date(self, day: date) -> bool:
        """Whether a service date is one of those wished."""
        return self.service_date <= day <= self.last_service_date

"""A reservation and the numbers it is known by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from bookings.models.deposits import DepositStatus
from guests.models import Guest
from restaurants.models import Area, Restaurant, ServicePeriod


class ReservationStatus(models.TextChoices):
    """The words of `bookings.lifecycle.Status`, translated."""

    PENDING = "pending", _("Waiting for approval")
    PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    PARTIALLY_SEATED = "partially_seated", _("Partly seated")
    SEATED = "seated", _("Seated")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("No-show")
    CANCELLED_BY_GUEST = "cancelled_by_guest", _("Cancelled by guest")
    CANCELLED_BY_RESTAURANT = "cancelled_by_restaurant", _("Cancelled by restaurant")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    MOVED = "moved", _("Moved")


class Source(models.TextChoices):
    """Where a booking came from; never changes (rule 113)."""

    WEB = "web", _("Website")
    MOBILE = "mobile", _("Mobile app")
    WIDGET = "widget", _("Widget")
    PHONE = "phone", _("Phone")
    WALK_IN = "walk_in", _("Walk-in")
    STAFF = "staff", _("Staff")
    TELEGRAM = "telegram", _("Telegram")
    GOOGLE = "google", _("Google")
    THEFORK = "thefork", _("TheFork")
    INSTAGRAM = "instagram", _("Instagram")
    FACEBOOK = "facebook", _("Facebook")
    PARTNER_API = "partner_api", _("Partner")
    WAITLIST = "waitlist", _("Waitlist")


class Occasion(models.TextChoices):
    NONE = "none", _("None")
    BIRTHDAY = "birthday", _("Birthday")
    ANNIVERSARY = "anniversary", _("Anniversary")
    BUSINESS = "business", _("Business")
    DATE_NIGHT = "date_night", _("Date night")
    CELEBRATION = "celebration", _("Celebration")


class Reservation(models.Model):
    """One party's visit, from request to departure.

    Instants are UTC; `service_date`, `local_time` and `fold` keep what the guest chose on the wall
    clock (rule 1). `ends_at` is what the guest is told; the buffer lengthens only the occupancy
    (rules 24, 25). Its tables are its occupancy rows. `version` grows with every change (rule 56).
    """

    reference = models.CharField(_("reference"), max_length=20)
    restaurant = models.ForeignKey(
        Restaurant,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="reservations",
        verbose_name=_("restaurant"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("guest"),
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("customer account"),
    )
    status = models.CharField(_("status"), max_length=30, choices=ReservationStatus.choices)
    version = models.PositiveIntegerField(_("version"), default=1)

    service_date = models.DateField(_("service date"))
    local_date = models.DateField(
        _("wall date"), help_text=_("Differs from the service date after midnight.")
    )
    local_time = models.TimeField(_("wall time"))
    fold = models.PositiveSmallIntegerField(_("second pass of the repeated hour"), default=0)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    buffer_minutes = models.PositiveSmallIntegerField(_("reset time, minutes"), default=0)
    service_period = models.ForeignKey(
        ServicePeriod,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("service period"),
    )
    party_size = models.PositiveSmallIntegerField(
        _("party size"), validators=[MinValueValidator(1)]
    )
    actual_party_size = models.PositiveSmallIntegerField(
        _("party that came"), null=True, blank=True
    )

    guest_name = models.CharField(_("guest name"), max_length=150)
    guest_email = models.EmailField(_("guest e-mail"), blank=True)
    guest_phone = PhoneNumberField(_("guest phone"), blank=True)
    guest_language = models.CharField(_("guest language"), max_length=10, default="en")

    area_preference = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("area asked for"),
    )
    required_features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("table features needed"),
    )
    special_occasion = models.CharField(
        _("occasion"), max_length=20, choices=Occasion.choices, default=Occasion.NONE
    )
    special_requests = models.TextField(_("special requests"), blank=True, max_length=1000)
    dietary_restrictions = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("dietary needs")
    )
    has_health_consent = models.BooleanField(
        _("agreed that dietary needs are stored"),
        default=False,
    )
    internal_notes = models.TextField(_("internal notes"), blank=True)
    is_vip = models.BooleanField(_("VIP"), default=False)
    previous_visits = models.PositiveIntegerField(_("earlier visits"), default=0)

    source = models.CharField(
        _("source"), max_length=20, choices=Source.choices, default=Source.WEB
    )
    is_online = models.BooleanField(
        _("counts against online pacing"),
        default=True,
    )
    partner_reference = models.CharField(_("partner reference"), max_length=100, blank=True)
    confirmation_method = models.CharField(
        _("confirmation"),
        max_length=20,
        choices=[
            ("instant", _("Instant")),
            ("manual", _("By staff")),
            ("partner", _("By a partner")),
        ],
        default="instant",
    )
    is_table_locked = models.BooleanField(
        _("table locked"),
        default=False,
        help_text=_("Never moved automatically (rule 34)."),
    )

    policy_snapshot = models.JSONField(_("policy at booking"), default=dict, blank=True)
    policy_hash = models.CharField(
        _("fingerprint of the policy"),
        max_length=64,
        blank=True,
        help_text=_("SHA-256 of the policy as the guest saw it; only where money is asked for."),
    )
    deposit_status = models.CharField(
        _("deposit"),
        max_length=20,
        choices=DepositStatus.choices,
        default=DepositStatus.NOT_REQUIRED,
    )
    deposit_minor = models.BigIntegerField(
        _("deposit, minor units"),
        default=0,
        help_text=_("Asked for now; for a card guarantee the most that may be charged."),
    )
    cancel_deadline_at = models.DateTimeField(_("free cancellation until"))
    modify_deadline_at = models.DateTimeField(_("guest may change until"))
    expires_at = models.DateTimeField(_("request expires at"), null=True, blank=True)

    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    reconfirmed_at = models.DateTimeField(_("re-confirmed by guest at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    table_ready_at = models.DateTimeField(
        _("told that the table is ready at"), null=True, blank=True
    )
    seated_at = models.DateTimeField(_("seated at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancellation_reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_cancelled_in_time = models.BooleanField(
        _("cancelled before the deadline"), null=True, blank=True
    )
    bill_minor = models.BigIntegerField(
        _("bill, minor units"),
        null=True,
        blank=True,
        help_text=_("In the currency of the restaurant; empty where nobody entered it."),
    )
    late_eta_at = models.DateTimeField(_("guest expects to arrive at"), null=True, blank=True)
    reminder_sent_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    undo = models.JSONField(_("state before the last step"), null=True, blank=True, editable=False)

    link_nonce = models.CharField(max_length=40, editable=False)
    manage_token_hash = models.CharField(max_length=64, editable=False)
    view_token_hash = models.CharField(max_length=64, editable=False)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="bookings_reservation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(party_size__gte=1),
                name="bookings_reservation_has_a_party",
            ),
            models.CheckConstraint(
                condition=models.Q(bill_minor__isnull=True) | models.Q(bill_minor__gte=0),
                name="bookings_bill_is_not_negative",
            ),
            models.UniqueConstraint(
                fields=["restaurant", "source", "partner_reference"],
                condition=~models.Q(partner_reference=""),
                name="bookings_partner_reference_is_unique",
            ),
            # Not `unique=True`: that adds a second index for LIKE, which nobody asks.
            models.UniqueConstraint(fields=["reference"], name="bookings_reference_is_unique"),
            models.UniqueConstraint(
                fields=["manage_token_hash"], name="bookings_manage_token_is_unique"
            ),
            models.UniqueConstraint(
                fields=["view_token_hash"], name="bookings_view_token_is_unique"
            ),
        ]
        # Every booking writes to each of these: foreign keys are served by the first column of an
        # index below, and the keys most bookings leave empty are indexed only where they are not.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["restaurant", "service_date", "starts_at"], name="bookings_by_day"
            ),
            models.Index(fields=["guest", "starts_at"], name="bookings_by_guest"),
            models.Index(
                fields=["customer", "starts_at"],
                condition=models.Q(customer__isnull=False),
                name="bookings_by_customer",
            ),
            models.Index(
                fields=["area_preference"],
                condition=models.Q(area_preference__isnull=False),
                name="bookings_by_area_asked_for",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=["pending", "pending_payment"]),
                name="bookings_open_requests",
            ),
            models.Index(
                fields=["starts_at"],
                condition=models.Q(status="confirmed"),
                name="bookings_confirmed_ahead",
            ),
            models.Index(
                fields=["completed_at"],
                condition=models.Q(status="completed"),
                name="bookings_completed",
            ),
            models.Index(
                fields=["ends_at"],
                condition=models.Q(status__in=["partially_seated", "seated"]),
                name="bookings_at_a_table",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def occupied_until(self) -> datetime:
        """End of the stay and of the reset after it (rule 25)."""
        return self.ends_at + timedelta(minutes=self.buffer_minutes)

    @property
    def waited_for_money(self) -> bool:
        """Whether the last step ended a time to pay, rather than one in which staff had to answer.
        Of a booking that expired: nobody paid in time (rule 78).
        """
        return (self.undo or {}).get("status") == ReservationStatus.PENDING_PAYMENT

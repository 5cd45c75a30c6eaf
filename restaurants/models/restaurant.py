"""The bookable place and its booking policy."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from restaurants.models.organisation import Organisation
from restaurants.validators import validate_currency, validate_multiple_of_five, validate_zone


class RestaurantKind(models.TextChoices):
    RESTAURANT = "restaurant", _("Restaurant")
    BAR = "bar", _("Bar")
    CAFE = "cafe", _("Café")
    HOOKAH = "hookah", _("Hookah lounge")


class PriceRange(models.IntegerChoices):
    LOW = 1, "€"
    MODERATE = 2, "€€"
    HIGH = 3, "€€€"
    TOP = 4, "€€€€"


class Restaurant(models.Model):
    """A bookable location: the tenant boundary.

    `config_version` grows with every change of anything that decides availability (a database
    trigger sees to it, also
    for bulk updates), so that prepared calendars can be cached by it.
    """

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="restaurants",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=RestaurantKind.choices, default=RestaurantKind.RESTAURANT
    )
    description = models.TextField(_("description"), blank=True)
    cuisine = models.CharField(_("cuisine"), max_length=100, blank=True)
    price_range = models.PositiveSmallIntegerField(
        _("price range"), choices=PriceRange.choices, default=PriceRange.MODERATE
    )
    address_line1 = models.CharField(_("address"), max_length=200, blank=True)
    address_line2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(
        _("country"), max_length=2, help_text=_("Two letters, for example NL or RU.")
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    cover = models.ImageField(_("cover picture"), upload_to="covers/", blank=True)
    features = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("features"),
        help_text=_("For example: terrace, wheelchair_accessible, live_music."),
    )
    timezone = models.CharField(
        _("time zone"),
        max_length=50,
        validators=[validate_zone],
        help_text=_("IANA name, for example Europe/Amsterdam."),
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[validate_currency]
    )
    language = models.CharField(_("main language"), max_length=10, default="en")
    languages = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name=_("languages")
    )
    business_day_cut = models.TimeField(
        _("business day ends at"),
        default=time(5),
        help_text=_("Until this hour the host stand still shows the evening before."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_public = models.BooleanField(_("public"), default=True)
    is_accepting_reservations = models.BooleanField(_("accepts reservations"), default=True)
    is_featured = models.BooleanField(_("featured"), default=False)
    paused_until = models.DateTimeField(
        _("online bookings paused until"),
        null=True,
        blank=True,
        help_text=_("Starts before this moment cannot be booked online."),
    )
    config_version = models.PositiveBigIntegerField(
        _("configuration version"), default=1, editable=False
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("restaurant")
        verbose_name_plural = _("restaurants")
        ordering: ClassVar[list[str]] = ["name", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["city", "cuisine"], name="restaurants_by_city"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("bookings:restaurant", args=[self.slug])

    @property
    def address(self) -> str:
        """One line, as on an envelope."""
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.address_line1, self.address_line2, town) if part)


class RestaurantImage(models.Model):
    """A picture of the gallery."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.CASCADE, related_name="gallery", verbose_name=_("restaurant")
    )
    image = models.ImageField(_("picture"), upload_to="gallery/")
    caption = models.CharField(
        _("caption"), max_length=200, blank=True, help_text=_("Read aloud by screen readers.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("gallery")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.caption or str(self.image)


class ConfirmationMode(models.TextChoices):
    INSTANT = "instant", _("Confirm at once")
    THRESHOLD = "threshold", _("Confirm at once up to a party size, else ask us")
    APPROVAL = "approval", _("Ask us for every request")


class BookingPolicy(models.Model):
    """How one restaurant takes bookings. All durations in minutes; multiples of five where they
    shape the slot grid."""

    restaurant = models.OneToOneField(
        Restaurant,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="policy",
        verbose_name=_("restaurant"),
    )
    confirmation_mode = models.CharField(
        _("confirmation"),
        max_length=20,
        choices=ConfirmationMode.choices,
        default=ConfirmationMode.INSTANT,
    )
    instant_up_to = models.PositiveSmallIntegerField(
        _("confirm at once up to"), default=6, help_text=_("Guests; larger parties wait for you.")
    )
    min_party = models.PositiveSmallIntegerField(
        _("smallest party online"), default=1, validators=[MinValueValidator(1)]
    )
    max_party = models.PositiveSmallIntegerField(
        _("largest party online"), default=12, validators=[MinValueValidator(1)]
    )
    min_notice_minutes = models.PositiveIntegerField(_("minimum notice, minutes"), default=30)
    notice_cutoff_days = models.PositiveSmallIntegerField(
        _("day cut-off: days before"),
        null=True,
        blank=True,
        help_text=_("1 with 20:00 means: tomorrow can be booked until 20:00 today."),
    )
    notice_cutoff_time = models.TimeField(_("day cut-off: time"), null=True, blank=True)
    horizon_days = models.PositiveSmallIntegerField(
        _("bookable days ahead"), default=60, validators=[MaxValueValidator(730)]
    )
    horizon_release_time = models.TimeField(
        _("next day is released at"), default=time(0), help_text=_("Local time, for example 10:00.")
    )
    oversize_cap = models.PositiveSmallIntegerField(
        _("empty seats allowed at a table"),
        null=True,
        blank=True,
        default=2,
        help_text=_("A party of 2 gets no 6-seat table when this is 2. Empty: no limit."),
    )
    oversize_relaxed_minutes = models.PositiveIntegerField(
        _("lift that limit this many minutes before"), default=0
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("reset time between parties, minutes"), default=0, validators=[validate_multiple_of_five]
    )
    hold_minutes = models.PositiveSmallIntegerField(
        _("hold while the guest fills in the form, minutes"),
        default=5,
        validators=[MinValueValidator(1)],
    )
    hold_extensions = models.PositiveSmallIntegerField(
        _("times a hold may be extended"), default=10
    )
    modify_cutoff_minutes = models.PositiveIntegerField(
        _("guests may change until, minutes before"), default=120
    )
    cancel_cutoff_minutes = models.PositiveIntegerField(
        _("free cancellation until, minutes before"), default=120
    )
    cancel_cutoff_days = models.PositiveSmallIntegerField(
        _("free cancellation until: days before"),
        null=True,
        blank=True,
        help_text=_(
            "With a time of day this replaces the minutes: 1 and 18:00 = the day before 18:00."
        ),
    )
    cancel_cutoff_time = models.TimeField(_("free cancellation until: time"), null=True, blank=True)
    cancellation_policy = models.TextField(_("cancellation policy, as shown to guests"), blank=True)
    pending_expiry_minutes = models.PositiveIntegerField(
        _("an unanswered request expires after, minutes"), default=24 * 60
    )
    grace_minutes = models.PositiveSmallIntegerField(_("wait for late guests, minutes"), default=15)
    is_auto_no_show = models.BooleanField(
        _("mark no-shows automatically after the grace time"), default=False
    )
    same_guest_gap_minutes = models.PositiveSmallIntegerField(
        _("one guest's bookings lie apart by at least, minutes"), default=120
    )
    pacing_bucket_minutes = models.PositiveSmallIntegerField(
        _("pacing interval, minutes"), default=15, validators=[validate_multiple_of_five]
    )
    is_pacing_mandatory = models.BooleanField(
        _("staff may not exceed pacing either"), default=False
    )
    is_volume_mode = models.BooleanField(
        _("allow confirmed bookings without a table"), default=False
    )
    offers_ambiguous_times_twice = models.BooleanField(
        _("offer the repeated hour of the autumn clock change twice"), default=True
    )

    class Meta:
        verbose_name = _("booking policy")
        verbose_name_plural = _("booking policies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(max_party__gte=models.F("min_party")),
                name="restaurants_policy_largest_party_is_not_below_smallest",
                violation_error_message=_("The largest party cannot be below the smallest."),
            ),
            models.CheckConstraint(
                condition=models.Q(notice_cutoff_days=None, notice_cutoff_time=None)
                | models.Q(notice_cutoff_days__isnull=False, notice_cutoff_time__isnull=False),
                name="restaurants_policy_day_cutoff_has_days_and_time",
                violation_error_message=_("A day cut-off needs both days and a time."),
            ),
            models.CheckConstraint(
                condition=models.Q(cancel_cutoff_days=None, cancel_cutoff_time=None)
                | models.Q(cancel_cutoff_days__isnull=False, cancel_cutoff_time__isnull=False),
                name="restaurants_policy_cancel_cutoff_has_days_and_time",
                violation_error_message=_("A cancellation day needs both days and a time."),
            ),
            models.CheckConstraint(
                condition=models.Q(pacing_bucket_minutes__gt=0),
                name="restaurants_policy_pacing_interval_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return str(self.restaurant)

"""What is read to book and to change: strict bodies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bookings.api.serializers.references import AreaRefField, RestaurantRefField
from bookings.models import Occasion, Source
from reservehub.core.api.fields import MAX_ID, CalendarDateField, StrictSerializer, WallTimeField

MAX_PARTY = 500
PUBLIC_SOURCES = [Source.WEB, Source.MOBILE, Source.WIDGET, Source.INSTAGRAM, Source.FACEBOOK]
STAFF_SOURCES = [Source.PHONE, Source.STAFF, Source.WALK_IN]
OVERRIDES = ["pacing", "notice", "same_guest", "capacity", "hours"]


class StartSerializer(StrictSerializer):
    """A start on the restaurant's clock."""

    date = CalendarDateField(help_text="The service date.")
    time = WallTimeField()
    fold = serializers.IntegerField(min_value=0, max_value=1, default=0)
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)
    seating_area_preference = AreaRefField(required=False, allow_null=True, default=None)


class GuestWishesSerializer(StrictSerializer):
    special_occasion = serializers.ChoiceField(Occasion.choices, default=Occasion.NONE)
    special_requests = serializers.CharField(max_length=1000, default="", allow_blank=True)
    dietary_restrictions = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, default=list
    )
    has_health_consent = serializers.BooleanField(
        default=False, help_text="The guest agrees that dietary needs are stored."
    )


class ReservationCreateSerializer(StartSerializer, GuestWishesSerializer):
    """Who comes, and when. An e-mail address or a phone number is enough."""

    restaurant = RestaurantRefField()
    guest_name = serializers.CharField(max_length=150)
    guest_email = serializers.EmailField(default="", allow_blank=True, max_length=254)
    guest_phone = serializers.CharField(default="", allow_blank=True, max_length=40)
    guest_language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    source = serializers.ChoiceField(PUBLIC_SOURCES, default=Source.WEB)  # type: ignore[assignment]
    marketing_consent = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=300,
        help_text="The words beside the box for offers and news that the guest ticked; the box "
        "starts unticked. Empty: not ticked, which takes nothing back.",
    )
    hold = serializers.CharField(
        default="", allow_blank=True, max_length=100, help_text="The token of a hold."
    )


class StaffReservationCreateSerializer(StartSerializer, GuestWishesSerializer):
    """A booking by staff: by phone, at the door, with chosen tables, past limits."""

    date = CalendarDateField(required=False, help_text="May be left out for a walk-in: now.")
    time = WallTimeField(required=False)
    guest_name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    guest_email = serializers.EmailField(default="", allow_blank=True, max_length=254)
    guest_phone = serializers.CharField(default="", allow_blank=True, max_length=40)
    guest_language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    source = serializers.ChoiceField(STAFF_SOURCES, default=Source.PHONE)  # type: ignore[assignment]
    internal_notes = serializers.CharField(max_length=2000, default="", allow_blank=True)
    asks_payment = serializers.BooleanField(
        default=False,
        help_text="The guest pays by a link what they would have been asked for online.",
    )
    table_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), max_length=20, default=list
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(OVERRIDES),
        max_length=len(OVERRIDES),
        default=list,
        help_text="Limits knowingly exceeded; needs the capability `override_pacing`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["source"] == Source.WALK_IN:
            return attrs
        missing = [n for n in ("date", "time", "guest_name") if attrs.get(n) in (None, "")]
        if missing:
            text = str(_("This field is required."))
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(text, "required")] for name in missing}
            )
        return attrs


class ReservationModifySerializer(StrictSerializer):
    """Only what is to change."""

    date = CalendarDateField(required=False)
    time = WallTimeField(required=False)
    fold = serializers.IntegerField(min_value=0, max_value=1, required=False)
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY, required=False)
    seating_area_preference = AreaRefField(
        required=False, allow_null=True, help_text="null: any area."
    )
    special_occasion = serializers.ChoiceField(Occasion.choices, required=False)
    special_requests = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    dietary_restrictions = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )
    has_health_consent = serializers.BooleanField(required=False)
    internal_notes = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="Staff only."
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(OVERRIDES),
        max_length=len(OVERRIDES),
        required=False,
        help_text="Staff only.",
    )
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Instead of `If-Match`."
    )


class LookupSerializer(StrictSerializer):
    reference = serializers.CharField(max_length=20)
    email = serializers.EmailField(max_length=254)

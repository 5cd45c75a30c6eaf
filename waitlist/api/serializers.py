"""Bodies of the waitlist: what is read (strict) and what is answered."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from bookings.api.serializers import (
    MAX_PARTY,
    AreaRefField,
    GuestWishesSerializer,
    PlaceSerializer,
    ReservationSerializer,
    RestaurantRefField,
)
from bookings.api.serializers.bodies import PUBLIC_SOURCES
from bookings.models import Source
from reservehub.core.api.fields import CalendarDateField, StrictSerializer, WallTimeField
from waitlist.models import EntryStatus
from waitlist.services.wish import MOST_FLEXIBILITY

STATUSES = ", ".join(f"`{status}`" for status in EntryStatus.values)


class JoinSerializer(GuestWishesSerializer):
    """A wish: one date or several in a row, a window of the wall clock, who comes."""

    restaurant = RestaurantRefField()
    date = CalendarDateField(help_text="The service date.")
    last_date = CalendarDateField(
        required=False, allow_null=True, default=None, help_text="The last of several dates."
    )
    from_time = WallTimeField()
    until_time = WallTimeField(
        required=False, allow_null=True, default=None, help_text="`from_time` without it."
    )
    flexibility_minutes = serializers.IntegerField(
        min_value=0,
        max_value=MOST_FLEXIBILITY,
        default=0,
        help_text="So far outside the window is fine too.",
    )
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)
    areas = serializers.ListField(
        child=AreaRefField(), max_length=20, default=list, help_text="Empty: any area."
    )
    guest_name = serializers.CharField(max_length=150)
    guest_email = serializers.EmailField(default="", allow_blank=True, max_length=254)
    guest_phone = serializers.CharField(default="", allow_blank=True, max_length=40)
    guest_language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    source = serializers.ChoiceField(PUBLIC_SOURCES, default=Source.WEB)  # type: ignore[assignment]


class ChangeSerializer(StrictSerializer):
    """What is left out, or null, stays. A new `date` alone means that date only."""

    date = CalendarDateField(required=False, allow_null=True, default=None)
    last_date = CalendarDateField(required=False, allow_null=True, default=None)
    from_time = WallTimeField(required=False, allow_null=True, default=None)
    until_time = WallTimeField(required=False, allow_null=True, default=None)
    flexibility_minutes = serializers.IntegerField(
        min_value=0, max_value=MOST_FLEXIBILITY, required=False, allow_null=True, default=None
    )
    party_size = serializers.IntegerField(
        min_value=1, max_value=MAX_PARTY, required=False, allow_null=True, default=None
    )
    areas = serializers.ListField(
        child=AreaRefField(),
        max_length=20,
        required=False,
        allow_null=True,
        default=None,
        help_text="Empty: any area.",
    )
    special_requests = serializers.CharField(
        max_length=1000, allow_blank=True, required=False, allow_null=True, default=None
    )
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        default=None,
        help_text="The version that was seen; `If-Match` does the same.",
    )


class AnswerSerializer(StrictSerializer):
    """Which offer is answered; the open one where it is left out."""

    offer = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None
    )


class EmptySerializer(StrictSerializer):
    """No members."""


class OfferSerializer(serializers.Serializer[Any]):
    """A table that can be taken until `expires_at`."""

    id = serializers.IntegerField()
    date = serializers.DateField(help_text="The service date.")
    time = serializers.CharField()
    fold = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    party_size = serializers.IntegerField()
    area = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_broadcast = serializers.BooleanField(
        help_text="All who wait were told and nothing is held: the first one gets it."
    )


class EntrySerializer(serializers.Serializer[Any]):
    """An entry. Contact and health data are null for roles that may not see them."""

    id = serializers.IntegerField()
    status = serializers.CharField(help_text=f"One of {STATUSES}.")
    version = serializers.IntegerField()
    restaurant = PlaceSerializer()
    date = serializers.DateField()
    last_date = serializers.DateField()
    from_time = serializers.CharField()
    until_time = serializers.CharField()
    flexibility_minutes = serializers.IntegerField()
    timezone = serializers.CharField()
    party_size = serializers.IntegerField()
    areas = serializers.ListField(child=serializers.IntegerField())
    guest_name = serializers.CharField()
    guest_email = serializers.CharField(allow_null=True)
    guest_phone = serializers.CharField(allow_null=True)
    guest_language = serializers.CharField()
    special_occasion = serializers.CharField()
    special_requests = serializers.CharField(allow_null=True)
    dietary_restrictions = serializers.ListField(child=serializers.CharField(), allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="The last start that suits.")
    offer = OfferSerializer(allow_null=True)
    reservation = serializers.IntegerField(
        allow_null=True,
        help_text="What it became. With status `expired`: the booking was not paid in time.",
    )


class OwnEntrySerializer(EntrySerializer):
    """With the place in line."""

    position = serializers.IntegerField(
        allow_null=True,
        help_text=(
            "1 is asked first, if a table becomes free that suits all who wait; null when over or"
            " paused."
        ),
    )


class JoinedSerializer(OwnEntrySerializer):
    """With the guest's token, which is shown to the one who joins, and never again."""

    token = serializers.CharField()


class StaffEntrySerializer(EntrySerializer):
    priority = serializers.IntegerField()
    ignored_offers = serializers.IntegerField()
    required_features = serializers.ListField(child=serializers.CharField())


ENTRY_AS_SEEN = PolymorphicProxySerializer(
    component_name="WaitlistEntryAsSeen",
    serializers=[OwnEntrySerializer, StaffEntrySerializer],
    resource_type_field_name=None,
)
"""Guests are told their place in line, staff what they need besides."""


class AcceptedSerializer(ReservationSerializer):
    """The booking, with the guest's link to it."""

    manage_url = serializers.URLField()
    manage_token = serializers.CharField()

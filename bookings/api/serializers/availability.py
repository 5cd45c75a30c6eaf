"""What is free and when it is open."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers.money import SlotDepositSerializer


class PlaceSerializer(serializers.Serializer[Any]):
    """Which restaurant."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()


class SlotAreaSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class SlotSerializer(serializers.Serializer[Any]):
    """One start of a service date."""

    time = serializers.CharField(help_text="Wall clock of the restaurant, `HH:MM`.")
    starts_at = serializers.DateTimeField(
        allow_null=True, help_text="RFC 3339, with the restaurant's offset at that moment."
    )
    ends_at = serializers.DateTimeField(allow_null=True)
    utc_offset = serializers.CharField(allow_null=True)
    fold = serializers.IntegerField(
        help_text="1 for the second pass of the hour that the autumn clock change repeats."
    )
    available = serializers.BooleanField()
    areas = SlotAreaSerializer(many=True)
    tables_left = serializers.IntegerField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Why it cannot be booked; empty if it can."
    )
    period = serializers.CharField(allow_null=True, help_text="Name of the service period.")
    deposit = SlotDepositSerializer(allow_null=True, help_text="null: it costs nothing in advance.")


class AlternativeSerializer(serializers.Serializer[Any]):
    """A start that can be booked instead: `date`, `time` and `fold` go into a booking as they
    are.
    """

    date = serializers.DateField(help_text="The service date.")
    time = serializers.CharField()
    fold = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    utc_offset = serializers.CharField(
        allow_blank=True, help_text="Only in the hour that happens twice."
    )


class AvailabilitySerializer(serializers.Serializer[Any]):
    restaurant = PlaceSerializer()
    date = serializers.DateField()
    party_size = serializers.IntegerField()
    timezone = serializers.CharField()
    slots = SlotSerializer(many=True)
    requested = SlotSerializer(required=False)
    alternatives = AlternativeSerializer(many=True, required=False)


class OpeningSerializer(serializers.Serializer[Any]):
    """One service period of a date; times past midnight belong to the date it opened (rule 7)."""

    name = serializers.CharField()
    opens_at = serializers.DateTimeField()
    last_seating_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    first_seating = serializers.CharField()
    last_seating = serializers.CharField()
    closes = serializers.CharField()


class OpeningDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    is_open = serializers.BooleanField()
    name = serializers.CharField(allow_blank=True, help_text="Of the special day, if it is one.")
    note = serializers.CharField(allow_blank=True)
    periods = OpeningSerializer(many=True)


class OpeningHoursSerializer(serializers.Serializer[Any]):
    restaurant = PlaceSerializer()
    timezone = serializers.CharField()
    days = OpeningDaySerializer(many=True)

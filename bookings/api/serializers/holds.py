"""Holds, read and answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers.bodies import StartSerializer
from bookings.api.serializers.references import RestaurantRefField


class HoldCreateSerializer(StartSerializer):
    restaurant = RestaurantRefField()
    session = serializers.CharField(
        required=False,
        max_length=100,
        help_text=(
            "Any string that stays the same for one visit: a second hold of it replaces the first."
        ),
    )


class HoldSerializer(serializers.Serializer[Any]):
    """Tables kept for a guest. The token is proof of it: keep it secret."""

    token = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    party_size = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    extensions_left = serializers.IntegerField()

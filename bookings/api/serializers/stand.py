"""What the host stand says and asks: walk-ins, tables that could take a party, blocked tables."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers.bodies import MAX_PARTY
from bookings.api.serializers.floor import WALK_IN_OVERRIDES
from bookings.api.serializers.reservations import StaffReservationSerializer
from reservehub.core.api.fields import MAX_ID, StrictSerializer


def _tables(**options: Any) -> serializers.ListField:
    """Ids of tables, no more than anybody pushes together."""
    ids = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    return serializers.ListField(child=ids, max_length=20, **options)


class WalkInSerializer(StrictSerializer):
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)
    table_ids = _tables(default=list, help_text="Empty: the best tables that are free.")
    guest_name = serializers.CharField(max_length=150, default="", allow_blank=True)
    overrides = serializers.ListField(
        child=serializers.ChoiceField(WALK_IN_OVERRIDES), max_length=2, default=list
    )


class SeatedWalkInSerializer(StaffReservationSerializer):
    """`warnings` are what staff should know: `stay_cut` where the next party comes before this one
    would leave, and reasons such as `pacing_arriving_covers` and `outside_hours`.
    """

    warnings = serializers.ListField(child=serializers.CharField())


class PossibleSeatSerializer(serializers.Serializer[Any]):
    table_ids = serializers.ListField(child=serializers.IntegerField())
    is_possible = serializers.BooleanField()
    is_overridable = serializers.BooleanField(
        help_text="Not as it is, but with the override `capacity`."
    )
    is_present = serializers.BooleanField(help_text="The tables the party has.")
    reasons = serializers.ListField(child=serializers.CharField())
    in_the_way = serializers.ListField(
        child=serializers.IntegerField(), help_text="Reservations that have one of the tables then."
    )


class PossibleSeatsSerializer(serializers.Serializer[Any]):
    seats = PossibleSeatSerializer(many=True)


class SwappedSerializer(serializers.Serializer[Any]):
    first = StaffReservationSerializer()
    second = StaffReservationSerializer()


class TableBlockSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    table_ids = serializers.ListField(child=serializers.IntegerField())
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class TableBlockCreateSerializer(StrictSerializer):
    table_ids = _tables(min_length=1)
    starts_at = serializers.DateTimeField(required=False, help_text="Now, if left out.")
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)

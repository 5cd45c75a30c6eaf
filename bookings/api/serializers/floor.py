"""The floor: which moment is asked for, what a table shows, and what staff say of it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers.bodies import MAX_PARTY
from bookings.floor import Colour, TableState
from bookings.lifecycle import Status
from reservehub.core.api.fields import (
    MAX_ID,
    CalendarDateField,
    StrictSerializer,
    WallTimeField,
)

STATES = [state.value for state in TableState]
COLOURS = [colour.value for colour in Colour]
WALK_IN_OVERRIDES = ["capacity", "due_soon"]
MESSAGES = ["table.status"]
STATUSES = [status.value for status in Status]


class FloorQuerySerializer(StrictSerializer):
    mode = serializers.ChoiceField(["live", "at", "day"], required=False)
    date = CalendarDateField(required=False)
    time = WallTimeField(required=False)
    plan = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False)


class FloorVisitSerializer(serializers.Serializer[Any]):
    """A party. `line` and `time` are what stands on a table: `4 Anna`, `19:45`."""

    reservation_id = serializers.IntegerField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    version = serializers.IntegerField()
    guest_name = serializers.CharField()
    party_size = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    eta_at = serializers.DateTimeField(allow_null=True)
    signs = serializers.ListField(child=serializers.CharField())
    table_ids = serializers.ListField(child=serializers.IntegerField())
    line = serializers.CharField()
    time = serializers.CharField()


class FloorTimerSerializer(serializers.Serializer[Any]):
    """What counts up on a table; `total` is the planned stay in minutes, null past its end."""

    total = serializers.IntegerField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class TableStatusSerializer(serializers.Serializer[Any]):
    """What a table shows; the very message that open screens get over their socket."""

    type = serializers.ChoiceField(MESSAGES)
    table_id = serializers.IntegerField()
    status = serializers.ChoiceField(STATES)
    colour = serializers.ChoiceField(COLOURS)
    signs = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="Of the reservation; 0 without one.")
    reservation_id = serializers.IntegerField(allow_null=True)
    reservation_status = serializers.ChoiceField(STATUSES, allow_null=True)
    party_size = serializers.IntegerField(allow_null=True)
    guest_name = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    line = serializers.CharField()
    time = serializers.CharField()
    timer = FloorTimerSerializer(allow_null=True)
    reason = serializers.CharField()
    block_id = serializers.IntegerField(allow_null=True)
    next = FloorVisitSerializer(allow_null=True)


class FloorTableSerializer(TableStatusSerializer):
    """A table where it stands; positions are in the units of its plan."""

    number = serializers.CharField()
    name = serializers.CharField()
    area = serializers.CharField()
    seats = serializers.IntegerField()
    plan_id = serializers.IntegerField(allow_null=True)
    x = serializers.IntegerField()
    y = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    rotation = serializers.IntegerField(help_text="Degrees clockwise.")
    shape = serializers.CharField()


class FloorRoomSerializer(serializers.Serializer[Any]):
    """A plan; `id` is null for one that was laid out by itself."""

    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    background_url = serializers.CharField()


class FloorPlanStateSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    service_date = serializers.DateField()
    mode = serializers.ChoiceField(["live", "at", "day"])
    plans = FloorRoomSerializer(many=True)
    tables = FloorTableSerializer(many=True)
    unassigned = FloorVisitSerializer(many=True)
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many tables are in each state."
    )


class TableStatusChangeSerializer(StrictSerializer):
    """What a table is from now on."""

    status = serializers.ChoiceField(["available", "blocked", "occupied"])
    until = serializers.DateTimeField(
        required=False, help_text="`blocked`: when the table is free again."
    )
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)
    party_size = serializers.IntegerField(
        min_value=1, max_value=MAX_PARTY, required=False, help_text="`occupied`: who sat down."
    )
    guest_name = serializers.CharField(max_length=150, default="", allow_blank=True)
    overrides = serializers.ListField(
        child=serializers.ChoiceField(WALK_IN_OVERRIDES), max_length=2, default=list
    )

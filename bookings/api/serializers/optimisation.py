"""Re-packing a whole service, asked and answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reservehub.core.api.fields import CalendarDateField, StrictSerializer


class OptimiseSerializer(StrictSerializer):
    date = CalendarDateField()
    apply = serializers.BooleanField(default=False, help_text="false only shows the moves.")


class MoveSerializer(serializers.Serializer[Any]):
    reservation_id = serializers.IntegerField()
    reference = serializers.CharField()
    from_tables = serializers.ListField(child=serializers.IntegerField())
    to_tables = serializers.ListField(child=serializers.IntegerField())


class OptimisationSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    applied = serializers.BooleanField()
    moves = MoveSerializer(many=True)
    covers_before = serializers.IntegerField(help_text="Covers with a table before.")
    covers_after = serializers.IntegerField()
    unseated = serializers.ListField(
        child=serializers.IntegerField(), help_text="Reservations for which no table was found."
    )

"""What is read to take a reservation further."""

from __future__ import annotations

from rest_framework import serializers

from bookings.api.serializers.bodies import MAX_PARTY, OVERRIDES
from bookings.services.details import LONGEST
from reservehub.core.api.fields import MAX_ID, StrictSerializer


class VersionSerializer(StrictSerializer):
    """The body of steps that need nothing else; it may be left out."""

    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Instead of `If-Match`."
    )


class ReasonSerializer(VersionSerializer):
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class CancelSerializer(ReasonSerializer):
    for_guest = serializers.BooleanField(
        default=False,
        help_text="Staff: the guest asked for it; it counts as theirs, in time or late.",
    )


class AssignTablesSerializer(VersionSerializer):
    table_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), min_length=1, max_length=20
    )
    lock = serializers.BooleanField(
        default=True, help_text="Keep automatic assignment from moving it (rule 34)."
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(OVERRIDES), max_length=len(OVERRIDES), default=list
    )


class ArrivalSerializer(VersionSerializer):
    actual_party_size = serializers.IntegerField(
        min_value=1,
        max_value=MAX_PARTY,
        required=False,
        help_text="How many came; the booked size is kept (rule 68).",
    )


class PresentSerializer(VersionSerializer):
    present = serializers.IntegerField(
        min_value=1, max_value=MAX_PARTY, required=False, help_text="How many sit already."
    )


class PartySerializer(VersionSerializer):
    actual_party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)


class EtaSerializer(VersionSerializer):
    eta_at = serializers.DateTimeField(
        allow_null=True, help_text="null: they come on time after all."
    )


class ExtendSerializer(VersionSerializer):
    minutes = serializers.IntegerField(
        min_value=-LONGEST, max_value=LONGEST, help_text="Negative for a shorter stay; not 0."
    )


class SwapSerializer(VersionSerializer):
    other = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="The reservation whose tables this party gets."
    )
    other_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    overrides = serializers.ListField(
        child=serializers.ChoiceField(["capacity"]), max_length=1, default=list
    )

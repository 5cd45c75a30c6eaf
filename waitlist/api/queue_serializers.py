"""Bodies of the queue: what is read (strict) and what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers import MAX_PARTY, AreaRefField, PlaceSerializer, RestaurantRefField
from reservehub.core.api.fields import MAX_ID, StrictSerializer
from waitlist.models import QueueStatus

STATES = ", ".join(f"`{status}`" for status in QueueStatus.values)
CLOSED_REASONS = "`outside_hours`, `full`, `party_too_large`, `too_far`, `too_late`, `switched_off`"


class DoorPartySerializer(StrictSerializer):
    """A party at the door; a phone or an e-mail address lets it be called."""

    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)
    name = serializers.CharField(max_length=150, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)
    language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    area = AreaRefField(required=False, allow_null=True, default=None, help_text="Only there.")
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class AfarSerializer(DoorPartySerializer):
    """A party that is on its way: it needs a name, and a phone or an e-mail address."""

    restaurant = RestaurantRefField()
    eta_minutes = serializers.IntegerField(
        min_value=0,
        max_value=1440,
        required=False,
        allow_null=True,
        default=None,
        help_text="So many minutes away.",
    )


class StepSerializer(StrictSerializer):
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Instead of `If-Match`."
    )


class TablesSerializer(StepSerializer):
    """Where; the best free tables without it."""

    table_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), max_length=20, default=list
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(["order", "due_soon", "capacity"]),
        max_length=3,
        default=list,
        help_text=(
            "`order` passes over those who came earlier and is written down; `due_soon` and"
            " `capacity` need the right to override limits."
        ),
    )


class QuotedSerializer(serializers.Serializer[Any]):
    low_minutes = serializers.IntegerField()
    high_minutes = serializers.IntegerField()


class EstimateSerializer(serializers.Serializer[Any]):
    """Minutes since joining, never less than was waited; null if nothing is expected tonight."""

    low_minutes = serializers.IntegerField(allow_null=True)
    high_minutes = serializers.IntegerField(allow_null=True)
    is_expected_tonight = serializers.BooleanField()


class SizeEstimateSerializer(EstimateSerializer):
    party_size = serializers.IntegerField()
    may_join = serializers.BooleanField()


class EstimatesSerializer(serializers.Serializer[Any]):
    """`OPEN`, `CLOSED_NO_WAIT` (tables are free: come in), or `CLOSED_OTHER` with the reasons."""

    status = serializers.CharField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text=f"Of {CLOSED_REASONS}."
    )
    estimates = SizeEstimateSerializer(many=True)


class QueuePartySerializer(serializers.Serializer[Any]):
    """A party in the queue as it sees itself."""

    id = serializers.IntegerField()
    state = serializers.CharField(help_text=f"One of {STATES}.")
    version = serializers.IntegerField()
    restaurant = PlaceSerializer()
    date = serializers.DateField(help_text="The service date.")
    party_size = serializers.IntegerField()
    name = serializers.CharField()
    area = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    language = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    position = serializers.IntegerField(
        allow_null=True,
        help_text="1 is next among those who could want the same tables; null if not waiting.",
    )
    estimate = EstimateSerializer(allow_null=True)
    quoted = QuotedSerializer(help_text="What it was told when it joined.")
    waited_minutes = serializers.IntegerField(allow_null=True)
    joined_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    held_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the ready table is kept."
    )
    coming_at = serializers.DateTimeField(allow_null=True)
    seated_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class JoinedPartySerializer(QueuePartySerializer):
    """With the party's token, which is shown to the one who joins, and never again."""

    token = serializers.CharField()


class StaffPartySerializer(QueuePartySerializer):
    """Contact data is null for roles that may not see it."""

    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    eta_minutes = serializers.IntegerField(allow_null=True)
    required_features = serializers.ListField(child=serializers.CharField())
    skips = serializers.IntegerField(help_text="So often it did not come when called.")
    tables = serializers.ListField(
        child=serializers.IntegerField(), help_text="Held for it, or taken by it."
    )
    free_tables = serializers.ListField(
        child=serializers.IntegerField(), help_text="The best it could have now."
    )
    reservation = serializers.IntegerField(allow_null=True, help_text="Its visit.")


class StaffQueueSerializer(serializers.Serializer[Any]):
    """The queue in the order of joining, and what newcomers would be told."""

    is_open = serializers.BooleanField(help_text="Whether a party may still sit down now.")
    estimates = SizeEstimateSerializer(many=True)
    parties = StaffPartySerializer(many=True)

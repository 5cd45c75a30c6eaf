"""Bodies of the guest book: what is read (strict) and what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from guests.models import NoteKind
from guests.services.notes import MAX_TEXT
from reservehub.core.api.fields import MAX_ID, StrictSerializer

NOTE_KINDS = [kind.value for kind in NoteKind]
KINDS = ", ".join(f"`{kind}`" for kind in NOTE_KINDS)


class VipSerializer(StrictSerializer):
    is_vip = serializers.BooleanField()


class GuestNoteWriteSerializer(StrictSerializer):
    """A note; an allergy needs the guest's word that it may be stored (rule 107)."""

    kind = serializers.ChoiceField(NOTE_KINDS, default=NoteKind.GENERAL)
    text = serializers.CharField(max_length=MAX_TEXT)
    is_alert = serializers.BooleanField(
        default=False, help_text="Shown when the guest books and when they arrive."
    )
    restaurant = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        allow_null=True,
        default=None,
        help_text="The id of the only restaurant that shows it; null for all of the organisation.",
    )
    has_health_consent = serializers.BooleanField(default=False)


class GuestMergeRequestSerializer(StrictSerializer):
    merged = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="The record that becomes part of this guest."
    )


class NoMembersSerializer(StrictSerializer):
    """No members."""


class GuestTagSerializer(serializers.Serializer[Any]):
    """A label; `is_automatic`: given and taken by a rule."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    colour = serializers.CharField()
    is_automatic = serializers.BooleanField()


class CountedGuestTagSerializer(GuestTagSerializer):
    guests = serializers.IntegerField(help_text="How many carry it.")


class FiguresSerializer(serializers.Serializer[Any]):
    """What the reservations add up to, across the organisation; money in minor units."""

    bookings = serializers.IntegerField()
    visits = serializers.IntegerField()
    no_shows = serializers.IntegerField()
    cancellations = serializers.IntegerField()
    late_cancellations = serializers.IntegerField()
    upcoming = serializers.IntegerField()
    covers = serializers.IntegerField()
    spend_minor = serializers.IntegerField()
    billed_visits = serializers.IntegerField()
    first_visit_on = serializers.DateField(allow_null=True)
    last_visit_on = serializers.DateField(allow_null=True)
    next_visit_on = serializers.DateField(allow_null=True)
    usual_party_size = serializers.IntegerField(allow_null=True)
    usual_weekday = serializers.IntegerField(allow_null=True, help_text="0 is Monday.")
    usual_hour = serializers.IntegerField(allow_null=True)
    usual_area = serializers.IntegerField(allow_null=True)
    lead_hours = serializers.IntegerField(allow_null=True)


class GuestRowSerializer(serializers.Serializer[Any]):
    """A guest. Contacts are null for roles that may not see them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    is_vip = serializers.BooleanField()
    is_blocked = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    tags = GuestTagSerializer(many=True)
    figures = FiguresSerializer(allow_null=True, help_text="Null for who never booked.")


class FoundGuestSerializer(GuestRowSerializer):
    is_close = serializers.BooleanField(
        help_text="Nobody fits exactly; this name resembles what was looked for."
    )


class GuestProfileSerializer(GuestRowSerializer):
    """All that is known. Health data are null for roles that do not take care of guests."""

    block_reason = serializers.CharField(allow_null=True)
    preferences = serializers.CharField(allow_null=True)
    preferred_features = serializers.ListField(child=serializers.CharField(), allow_null=True)
    dietary_needs = serializers.ListField(child=serializers.CharField(), allow_null=True)
    has_marketing_consent = serializers.BooleanField()
    keeps_health_notes = serializers.BooleanField()
    is_erased = serializers.BooleanField()


class GuestNoteSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=f"One of {KINDS}.")
    text = serializers.CharField()
    is_alert = serializers.BooleanField()
    restaurant = serializers.IntegerField(allow_null=True)
    written_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class GuestSegmentSerializer(serializers.Serializer[Any]):
    """A saved filter with how many are in it now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    conditions = serializers.ListField(child=serializers.DictField())
    guests = serializers.IntegerField(
        allow_null=True, help_text="Null where the conditions have to be chosen again."
    )


class GuestDuplicateSerializer(serializers.Serializer[Any]):
    """Two records that may be one person; without `other`, one record used under another name."""

    id = serializers.IntegerField()
    guest = GuestRowSerializer()
    other = GuestRowSerializer(allow_null=True)
    name = serializers.CharField(help_text="The other name.")
    reason = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 1.")
    created_at = serializers.DateTimeField()


class GuestMergeSerializer(serializers.Serializer[Any]):
    """A merge, which can be taken back until `reversible_until`."""

    id = serializers.IntegerField()
    kept = serializers.IntegerField()
    merged = serializers.IntegerField()
    merged_at = serializers.DateTimeField()
    reversible_until = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)

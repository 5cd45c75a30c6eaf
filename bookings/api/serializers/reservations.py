"""Reservations as they are answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.serializers.availability import AlternativeSerializer, PlaceSerializer
from bookings.api.serializers.money import MoneySerializer, PaymentSerializer
from bookings.lifecycle import Status


class BookedTableSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    area = serializers.IntegerField()


class ReservationSerializer(serializers.Serializer[Any]):
    """A reservation. Contact and health data are null for roles that may not see them."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    status = serializers.ChoiceField([s.value for s in Status])
    version = serializers.IntegerField()
    restaurant = PlaceSerializer()
    date = serializers.DateField(help_text="The service date.")
    time = serializers.CharField()
    fold = serializers.IntegerField()
    local_time = serializers.CharField(help_text="Wall clock date and time, no offset.")
    timezone = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    party_size = serializers.IntegerField()
    tables = BookedTableSerializer(many=True)
    guest_name = serializers.CharField(allow_blank=True)
    guest_email = serializers.CharField(allow_null=True)
    guest_phone = serializers.CharField(allow_null=True)
    guest_language = serializers.CharField()
    seating_area_preference = serializers.IntegerField(allow_null=True)
    special_occasion = serializers.CharField()
    special_requests = serializers.CharField(allow_null=True)
    dietary_restrictions = serializers.ListField(child=serializers.CharField(), allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    cancellation_policy = serializers.CharField(allow_blank=True)
    payment = PaymentSerializer(allow_null=True, help_text="null: it costs nothing in advance.")
    cancel_deadline_at = serializers.DateTimeField()
    modify_deadline_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    late_eta_at = serializers.DateTimeField(allow_null=True)
    reconfirmed_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    table_ready_at = serializers.DateTimeField(allow_null=True)
    seated_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CreatedReservationSerializer(ReservationSerializer):
    """With the guest's link. The token is shown to the one who books, and never again."""

    manage_url = serializers.URLField()
    manage_token = serializers.CharField()


class StaffReservationSerializer(ReservationSerializer):
    internal_notes = serializers.CharField(allow_null=True)
    is_vip = serializers.BooleanField()
    previous_visits = serializers.IntegerField()
    actual_party_size = serializers.IntegerField(allow_null=True)
    bill = MoneySerializer(
        allow_null=True, help_text="What the visit came to. null: nobody entered it."
    )
    is_table_locked = serializers.BooleanField()
    confirmation_method = serializers.CharField()
    partner_reference = serializers.CharField(allow_blank=True)
    cancellation_reason = serializers.CharField(allow_blank=True)


class SlotProblemSerializer(serializers.Serializer[Any]):
    """`slot_unavailable` carries `reasons` and `alternatives`; other conflicts do not."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    instance = serializers.CharField(required=False)
    reasons = serializers.ListField(child=serializers.CharField(), required=False)
    alternatives = AlternativeSerializer(many=True, required=False)

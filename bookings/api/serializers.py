"""Bodies of the booking API: what is read (strict) and what is answered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.lifecycle import Status
from bookings.models import Occasion, Source
from reservehub.core.api.fields import MAX_ID, CalendarDateField, StrictSerializer, WallTimeField

MAX_PARTY = 500
PUBLIC_SOURCES = [Source.WEB, Source.MOBILE, Source.WIDGET, Source.INSTAGRAM, Source.FACEBOOK]
STAFF_SOURCES = [Source.PHONE, Source.STAFF, Source.WALK_IN]
OVERRIDES = ["pacing", "notice", "same_guest", "capacity", "hours"]


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": MAX_ID},
            {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,80}$"},
        ]
    }
)
class RestaurantRefField(serializers.Field[Any, Any, Any, Any]):
    """A restaurant's id or slug, told apart by its shape; the view looks it up."""

    default_error_messages = {"invalid": _("Use the id or the slug of a restaurant.")}

    def to_internal_value(self, data: Any) -> str:
        if type(data) is int and 0 < data <= MAX_ID:
            return str(data)
        if isinstance(data, str) and 0 < len(data) <= 80 and _is_slug(data):
            return data
        return self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": MAX_ID},
            {"type": "string", "minLength": 1, "maxLength": 60},
        ]
    }
)
class AreaRefField(serializers.Field[Any, Any, Any, Any]):
    """An area's id or name."""

    default_error_messages = {"invalid": _("Use the id or the name of an area.")}

    def to_internal_value(self, data: Any) -> int | str:
        if type(data) is int and 0 < data <= MAX_ID:
            return data
        if isinstance(data, str) and 0 < len(data) <= 60 and "\0" not in data:
            return data
        return self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return value


def _is_slug(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


# --- Availability ------------------------------------------------------------------------------


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


# --- Holds -------------------------------------------------------------------------------------


class StartSerializer(StrictSerializer):
    """A start on the restaurant's clock."""

    date = CalendarDateField(help_text="The service date.")
    time = WallTimeField()
    fold = serializers.IntegerField(min_value=0, max_value=1, default=0)
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY)
    seating_area_preference = AreaRefField(required=False, allow_null=True, default=None)


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


# --- Reservations ------------------------------------------------------------------------------


class GuestWishesSerializer(StrictSerializer):
    special_occasion = serializers.ChoiceField(Occasion.choices, default=Occasion.NONE)
    special_requests = serializers.CharField(max_length=1000, default="", allow_blank=True)
    dietary_restrictions = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, default=list
    )
    has_health_consent = serializers.BooleanField(
        default=False, help_text="The guest agrees that dietary needs are stored."
    )


class ReservationCreateSerializer(StartSerializer, GuestWishesSerializer):
    """Who comes, and when. An e-mail address or a phone number is enough."""

    restaurant = RestaurantRefField()
    guest_name = serializers.CharField(max_length=150)
    guest_email = serializers.EmailField(default="", allow_blank=True, max_length=254)
    guest_phone = serializers.CharField(default="", allow_blank=True, max_length=40)
    guest_language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    source = serializers.ChoiceField(PUBLIC_SOURCES, default=Source.WEB)  # type: ignore[assignment]
    hold = serializers.CharField(
        default="", allow_blank=True, max_length=100, help_text="The token of a hold."
    )


class StaffReservationCreateSerializer(StartSerializer, GuestWishesSerializer):
    """A booking by staff: by phone, at the door, with chosen tables, past limits."""

    date = CalendarDateField(required=False, help_text="May be left out for a walk-in: now.")
    time = WallTimeField(required=False)
    guest_name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    guest_email = serializers.EmailField(default="", allow_blank=True, max_length=254)
    guest_phone = serializers.CharField(default="", allow_blank=True, max_length=40)
    guest_language = serializers.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", default="en", max_length=10
    )
    source = serializers.ChoiceField(STAFF_SOURCES, default=Source.PHONE)  # type: ignore[assignment]
    internal_notes = serializers.CharField(max_length=2000, default="", allow_blank=True)
    table_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID), max_length=20, default=list
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(OVERRIDES),
        max_length=len(OVERRIDES),
        default=list,
        help_text="Limits knowingly exceeded; needs the capability `override_pacing`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["source"] == Source.WALK_IN:
            return attrs
        missing = [n for n in ("date", "time", "guest_name") if attrs.get(n) in (None, "")]
        if missing:
            text = str(_("This field is required."))
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(text, "required")] for name in missing}
            )
        return attrs


class ReservationModifySerializer(StrictSerializer):
    """Only what is to change."""

    date = CalendarDateField(required=False)
    time = WallTimeField(required=False)
    fold = serializers.IntegerField(min_value=0, max_value=1, required=False)
    party_size = serializers.IntegerField(min_value=1, max_value=MAX_PARTY, required=False)
    seating_area_preference = AreaRefField(
        required=False, allow_null=True, help_text="null: any area."
    )
    special_occasion = serializers.ChoiceField(Occasion.choices, required=False)
    special_requests = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    dietary_restrictions = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )
    has_health_consent = serializers.BooleanField(required=False)
    internal_notes = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="Staff only."
    )
    overrides = serializers.ListField(
        child=serializers.ChoiceField(OVERRIDES),
        max_length=len(OVERRIDES),
        required=False,
        help_text="Staff only.",
    )
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Instead of `If-Match`."
    )


class VersionSerializer(StrictSerializer):
    """The body of steps that need nothing else; it may be left out."""

    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Instead of `If-Match`."
    )


class ReasonSerializer(VersionSerializer):
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


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


class LookupSerializer(StrictSerializer):
    reference = serializers.CharField(max_length=20)
    email = serializers.EmailField(max_length=254)


class OptimiseSerializer(StrictSerializer):
    date = CalendarDateField()
    apply = serializers.BooleanField(default=False, help_text="false only shows the moves.")


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
    cancel_deadline_at = serializers.DateTimeField()
    modify_deadline_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    late_eta_at = serializers.DateTimeField(allow_null=True)
    reconfirmed_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
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

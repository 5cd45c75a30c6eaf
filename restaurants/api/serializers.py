"""Restaurants and their configuration as JSON. Shapes only: services decide what is allowed."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from reservehub.core.api.fields import (
    MAX_ID,
    OwnedKeyField,
    StrictModelSerializer,
    StrictSerializer,
)
from reservehub.core.models import AuditEntry
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)

_LIST_LIMIT = 50


class RestaurantSerializer(StrictModelSerializer[Restaurant]):
    """A restaurant as everybody may see it."""

    address = serializers.CharField(read_only=True)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)
    features = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=_LIST_LIMIT
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=10), required=False, max_length=_LIST_LIMIT
    )

    class Meta:
        model = Restaurant
        fields: ClassVar[list[str]] = [
            "id",
            "slug",
            "name",
            "kind",
            "description",
            "cuisine",
            "price_range",
            "address",
            "address_line1",
            "address_line2",
            "city",
            "postal_code",
            "country",
            "latitude",
            "longitude",
            "phone",
            "email",
            "website",
            "logo",
            "cover",
            "features",
            "timezone",
            "currency",
            "language",
            "languages",
            "business_day_cut",
            "is_active",
            "is_public",
            "is_accepting_reservations",
            "is_featured",
            "paused_until",
        ]
        # Pictures are uploaded in the admin site; being featured is the platform's decision.
        read_only_fields: ClassVar[list[str]] = ["id", "logo", "cover", "is_featured"]

    def to_representation(self, instance: Restaurant) -> dict[str, Any]:
        data = super().to_representation(instance)
        data["phone"] = str(instance.phone or "")
        return data


class RestaurantCreateSerializer(RestaurantSerializer):
    """A new restaurant of an organisation the caller owns; a slug is derived where none is
    given.
    """

    organisation = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        help_text="May be left out by owners of exactly one organisation.",
    )

    class Meta(RestaurantSerializer.Meta):
        fields: ClassVar[list[str]] = ["organisation", *RestaurantSerializer.Meta.fields]
        extra_kwargs: ClassVar[dict[str, dict[str, Any]]] = {"slug": {"required": False}}


class SettingsSerializer(StrictModelSerializer[BookingPolicy]):
    """The booking policy. Durations are minutes."""

    class Meta:
        model = BookingPolicy
        exclude: ClassVar[list[str]] = ["restaurant"]


class AreaSerializer(StrictModelSerializer[Area]):
    class Meta:
        model = Area
        fields: ClassVar[list[str]] = ["id", "name", "is_outdoor", "position"]


class TableSerializer(StrictModelSerializer[Table]):
    area = OwnedKeyField("areas")
    features = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=_LIST_LIMIT
    )

    class Meta:
        model = Table
        fields: ClassVar[list[str]] = [
            "id",
            "area",
            "number",
            "name",
            "min_party",
            "seats",
            "max_party",
            "table_type",
            "features",
            "priority",
            "access",
            "is_active",
            "notes",
        ]


class CombinationSerializer(StrictModelSerializer[Combination]):
    tables = serializers.ListField(
        child=OwnedKeyField("tables"),
        min_length=2,
        max_length=_LIST_LIMIT,
        help_text="Ids of the tables, in the order in which they stand.",
    )

    class Meta:
        model = Combination
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "tables",
            "is_row",
            "min_party",
            "max_party",
            "priority",
            "is_active",
        ]

    def to_representation(self, instance: Combination) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name == "tables":
                data[name] = [member.table_id for member in instance.members.all()]
            else:
                data[name] = field.to_representation(getattr(instance, name))
        return data


class ServicePeriodSerializer(StrictModelSerializer[ServicePeriod]):
    """Recurring (weekdays), dated (`date_from`, `date_to`) or of a special day."""

    special_day = OwnedKeyField("special_days", required=False, allow_null=True)

    class Meta:
        model = ServicePeriod
        exclude: ClassVar[list[str]] = ["restaurant"]


class SpecialDaySerializer(StrictModelSerializer[SpecialDay]):
    class Meta:
        model = SpecialDay
        fields: ClassVar[list[str]] = ["id", "name", "date_from", "date_to", "is_closed", "note"]


class SlotOverrideSerializer(StrictModelSerializer[SlotOverride]):
    area = OwnedKeyField("areas", required=False, allow_null=True)

    class Meta:
        model = SlotOverride
        exclude: ClassVar[list[str]] = ["restaurant"]


class TurnBandSerializer(StrictSerializer):
    """Parties up to `up_to` guests (null: all larger ones) stay `minutes`."""

    up_to = serializers.IntegerField(min_value=1, max_value=32767, allow_null=True)
    minutes = serializers.IntegerField(min_value=15, max_value=1440)


class TurnTimeSerializer(StrictModelSerializer[TurnTimeRule]):
    bands = TurnBandSerializer(many=True, max_length=_LIST_LIMIT)  # type: ignore[call-arg]
    service_period = OwnedKeyField("service_periods", required=False, allow_null=True)
    area = OwnedKeyField("areas", required=False, allow_null=True)

    class Meta:
        model = TurnTimeRule
        exclude: ClassVar[list[str]] = ["restaurant"]

    def validate_bands(self, value: list[Any]) -> list[dict[str, Any]]:
        return [dict(band) for band in value]


class TableAccessSerializer(StrictModelSerializer[TableAccessInPeriod]):
    table = OwnedKeyField("tables")
    service_period = OwnedKeyField("service_periods")

    class Meta:
        model = TableAccessInPeriod
        fields: ClassVar[list[str]] = ["id", "table", "service_period", "access"]


class StrandedSerializer(serializers.Serializer[Any]):
    """A future booking the change would leave without a place, or outside the rules (rule 17)."""

    reservation_id = serializers.IntegerField()
    reference = serializers.CharField()
    starts_at = serializers.DateTimeField()
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Date and time on the restaurant's wall clock."
    )
    guest_name = serializers.CharField()
    party_size = serializers.IntegerField()
    reason = serializers.CharField()
    detail = serializers.CharField()


class DryRunSerializer(serializers.Serializer[Any]):
    """What a change would do. Nothing was saved."""

    dry_run = serializers.BooleanField()
    stranded = StrandedSerializer(many=True)


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One change: who, when, through which channel, before and after; personal data is masked."""

    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = [
            "id",
            "occurred_at",
            "actor_kind",
            "actor_user_id",
            "actor_label",
            "channel",
            "action",
            "object_type",
            "object_id",
            "before",
            "after",
        ]


class MembershipSerializer(serializers.Serializer[Any]):
    """Where the caller works. `restaurant` is null for every restaurant of the organisation."""

    organisation = serializers.IntegerField()
    organisation_name = serializers.CharField()
    restaurant = serializers.IntegerField(allow_null=True)
    restaurant_slug = serializers.CharField(allow_null=True)
    role = serializers.CharField()
    capabilities = serializers.ListField(child=serializers.CharField())


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    is_platform_admin = serializers.BooleanField()
    memberships = MembershipSerializer(many=True)

"""Floor plans, their drafts and places as JSON. Shapes only: services decide what is allowed."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from reservehub.core.api.fields import (
    MAX_ID,
    OwnedKeyField,
    StrictModelSerializer,
    StrictSerializer,
)
from restaurants.api.serializers import StrandedSerializer
from restaurants.drafts import CANVAS, MOST_COMBINATIONS, MOST_TABLES, SHAPES, SIDE, TYPES
from restaurants.models import FloorPlan, TablePlacement, TableShape


class FloorPlanSerializer(StrictModelSerializer[FloorPlan]):
    """A plan as it is published; lengths are canvas units."""

    background = serializers.SerializerMethodField(help_text="Address of the picture, or null.")
    has_draft = serializers.SerializerMethodField()

    class Meta:
        model = FloorPlan
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "position",
            "width",
            "height",
            "background",
            "is_active",
            "version",
            "has_draft",
        ]
        read_only_fields: ClassVar[list[str]] = ["width", "height", "version"]

    def get_background(self, plan: FloorPlan) -> str | None:
        return plan.background.url if plan.background else None

    def get_has_draft(self, plan: FloorPlan) -> bool:
        return plan.draft is not None


def _side(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=SIDE[0], max_value=SIDE[1], **options)


def _corner() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=CANVAS[1])


class PlacementSerializer(StrictModelSerializer[TablePlacement]):
    """Where a table stands: its upper left corner before it is turned about its middle."""

    table = OwnedKeyField("tables")
    x = _corner()
    y = _corner()
    width = _side()
    height = _side()
    rotation = serializers.IntegerField(min_value=0, max_value=359, default=0)
    shape = serializers.ChoiceField(choices=TableShape.choices, default=TableShape.SQUARE)

    class Meta:
        model = TablePlacement
        fields: ClassVar[list[str]] = ["table", "x", "y", "width", "height", "rotation", "shape"]


class PlacementsSerializer(StrictSerializer):
    """All places of a plan."""

    placements = PlacementSerializer(many=True, max_length=MOST_TABLES)  # type: ignore[call-arg]


class DraftTableSerializer(StrictSerializer):
    """`key` tells the tables of the document apart; `id` is null for one that is not stored yet;
    `area` is the id of an area, or the name of one to be made."""

    key = serializers.CharField(max_length=40)
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID, allow_null=True)
    number = serializers.CharField(max_length=20, allow_blank=True)
    name = serializers.CharField(max_length=60, allow_blank=True)
    area = serializers.JSONField()
    min_party = serializers.IntegerField(min_value=0, max_value=500)
    seats = serializers.IntegerField(min_value=0, max_value=500)
    max_party = serializers.IntegerField(min_value=0, max_value=500)
    type = serializers.ChoiceField(choices=TYPES)
    features = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30)
    x = _corner()
    y = _corner()
    width = _side()
    height = _side()
    rotation = serializers.IntegerField(min_value=0, max_value=359)
    shape = serializers.ChoiceField(choices=SHAPES)


class DraftCombinationSerializer(StrictSerializer):
    """`tables` are keys of the document, in the order in which they stand."""

    id = serializers.IntegerField(min_value=1, max_value=MAX_ID, allow_null=True)
    name = serializers.CharField(max_length=60, allow_blank=True)
    tables = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=MOST_TABLES
    )
    min_party = serializers.IntegerField(min_value=0, max_value=500)
    max_party = serializers.IntegerField(min_value=0, max_value=500)
    is_row = serializers.BooleanField()


class DraftDocumentSerializer(StrictSerializer):
    """What the editor works on. It may be faulty: `problems` keep it from being published."""

    width = serializers.IntegerField(min_value=CANVAS[0], max_value=CANVAS[1])
    height = serializers.IntegerField(min_value=CANVAS[0], max_value=CANVAS[1])
    tables = DraftTableSerializer(many=True, max_length=MOST_TABLES)  # type: ignore[call-arg]
    combinations = DraftCombinationSerializer(many=True, max_length=MOST_COMBINATIONS)  # type: ignore[call-arg]


class DraftProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    tables = serializers.ListField(child=serializers.CharField(), help_text="Keys.")
    detail = serializers.CharField()


class DraftSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    has_draft = serializers.BooleanField(help_text="If not, the document is what is published.")
    document = DraftDocumentSerializer()
    problems = DraftProblemSerializer(many=True)
    warnings = DraftProblemSerializer(many=True)


class ChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()


class PublishPreviewSerializer(serializers.Serializer[Any]):
    """What publishing would do. Nothing was saved."""

    dry_run = serializers.BooleanField()
    may_be_published = serializers.BooleanField()
    changes = ChangeSerializer(many=True)
    problems = DraftProblemSerializer(many=True)
    warnings = DraftProblemSerializer(many=True)
    in_the_way = StrandedSerializer(
        many=True, help_text="Bookings at tables that would be removed: move them first."
    )
    stranded = StrandedSerializer(many=True)

"""Serializer building blocks that refuse what the database could not hold, before it is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

M = TypeVar("M", bound=models.Model)

#: Outside these dates no zone arithmetic is needed, and near year 1 and 9999 it would overflow.
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2199, 12, 31)
MAX_ID = 2**63 - 1

WALL_TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"
_WALL_TIME = re.compile(WALL_TIME_PATTERN.removesuffix("$") + r"\Z", re.ASCII)


class CalendarDateField(serializers.DateField):
    """A date a restaurant could have a calendar for: 2000 to 2199, ``YYYY-MM-DD``."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "out_of_range": _("Use a date between 2000-01-01 and 2199-12-31."),
    }

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != len("2026-01-31"):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not FIRST_DATE <= day <= LAST_DATE:
            self.fail("out_of_range")
        return day


class WallTimeField(serializers.Field[time, str, str, Any]):
    """A time on the restaurant's wall clock, ``HH:MM``; an offset is refused rather than
    dropped.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Use a wall clock time such as 19:30."),
    }

    def to_internal_value(self, data: Any) -> time:
        if not isinstance(data, str) or not _WALL_TIME.match(data):
            self.fail("invalid")
        return time(int(data[:2]), int(data[3:5]))

    def to_representation(self, value: time | str) -> str:
        # A default of the model, such as "05:00", is still a string before the row is read again.
        return value[:5] if isinstance(value, str) else value.strftime("%H:%M")


class OwnedKeyField(serializers.Field[models.Model, int, int, Any]):
    """The id of something of the same restaurant; anything else does not exist.

    :param related: the reverse name on the restaurant, which the view puts into the context
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "not_an_id": _("Use an id."),
        "does_not_exist": _("This restaurant has no such object."),
    }

    def __init__(self, related: str, **kwargs: Any) -> None:
        self.related = related
        super().__init__(**kwargs)

    def use_pk_only_optimization(self) -> bool:
        return True

    def get_attribute(self, instance: Any) -> Any:
        # The foreign key column itself: no query per row.
        return getattr(instance, f"{self.source}_id")

    def to_internal_value(self, data: Any) -> models.Model:
        if type(data) is not int or not 0 < data <= MAX_ID:
            self.fail("not_an_id")
        found: models.Model | None = (
            getattr(self.context["restaurant"], self.related).filter(pk=data).first()
        )
        if found is None:
            self.fail("does_not_exist")
        return found

    def to_representation(self, value: Any) -> int:
        return int(value)


class _Strict:
    """Refuses members it does not know: a misspelt optional field must not pass unnoticed."""

    fields: Any
    initial_data: Any

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                message = serializers.ErrorDetail(
                    str(_("There is no such field.")), "unknown_field"
                )
                raise serializers.ValidationError({str(name): [message] for name in unknown})
        return super().to_internal_value(data)  # type: ignore[misc]


class StrictSerializer(_Strict, serializers.Serializer[Any]):
    """A body of its own."""


class StrictModelSerializer(_Strict, serializers.ModelSerializer[M]):
    """A model's fields, dates and wall times bounded. Saving is the services' work."""

    serializer_field_mapping: ClassVar[dict[type[models.Field[Any, Any]], Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: CalendarDateField,
        models.TimeField: WallTimeField,
    }

    def get_validators(self) -> list[Any]:
        # The services check the whole model, constraints included, in the same words everywhere.
        return []


class CalendarDateSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = CalendarDateField

    def map_serializer_field(self, _auto_schema: AutoSchema, _direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$"}


class WallTimeSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = WallTimeField

    def map_serializer_field(self, _auto_schema: AutoSchema, _direction: str) -> dict[str, Any]:
        return {"type": "string", "pattern": WALL_TIME_PATTERN, "examples": ["19:30"]}


class OwnedKeySchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = OwnedKeyField

    def map_serializer_field(self, _auto_schema: AutoSchema, _direction: str) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": MAX_ID}


class StrictSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = _Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]  # noqa: SLF001
            self.target, direction, bypass_extensions=True
        )
        if direction == "request":
            schema["additionalProperties"] = False
        elif "properties" in schema:
            # What may be left out of a request is always in the answer.
            schema["required"] = sorted(schema["properties"])
        return schema

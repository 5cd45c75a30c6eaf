"""How a body names a restaurant and an area."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reservehub.core.api.fields import MAX_ID


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

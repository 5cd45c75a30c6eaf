"""Parameters that several operations share, for the OpenAPI document."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from reservehub.core.api.fields import MAX_ID, WALL_TIME_PATTERN

MANAGE_TOKEN_HEADER = "X-Manage-Token"  # noqa: S105 - a header's name

DATE = OpenApiParameter(
    "date",
    {"type": "string", "format": "date", "pattern": r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$"},
    required=True,
    description="The service date, `YYYY-MM-DD`.",
)
PARTY_SIZE = OpenApiParameter(
    "party_size", {"type": "integer", "minimum": 1, "maximum": 500}, required=True
)
TIME = OpenApiParameter(
    "time",
    {"type": "string", "pattern": WALL_TIME_PATTERN.replace("(:00)?", "")},
    description="A start on the restaurant's clock, `HH:MM`.",
)
MANAGE_TOKEN = OpenApiParameter(
    MANAGE_TOKEN_HEADER,
    OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    description="The token from the guest's manage link. Preferred to `?token=`, which is logged.",
)
TOKEN_IN_QUERY = OpenApiParameter(
    "token", OpenApiTypes.STR, description="The same, for plain links."
)
REASON = OpenApiParameter("reason", {"type": "string", "maxLength": 300})
FOR_GUEST = OpenApiParameter("for_guest", {"type": "boolean", "default": False})
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    response=[200, 201],
    description="The version, for `If-Match`.",
)
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, location=OpenApiParameter.HEADER, response=[201]
)


def integer(name: str, description: str) -> OpenApiParameter:
    """An optional id in the query."""
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return OpenApiParameter(name, schema, description=description)

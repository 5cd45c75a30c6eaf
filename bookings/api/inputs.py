"""From request bodies to primitives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.serializers import Serializer, ValidationError

from reservehub.core.api.etag import etag_for, require_match
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Restaurant

AREA_POINTER = "/seating_area_preference"


def parsed(
    serializer: type[Serializer[Any]], request: Request, *, query: Iterable[str] = ()
) -> dict[str, Any]:
    """The checked body; a DELETE, whose body proxies may drop, can say some members in the `query`.

    :raises ValidationError: which the exception handler turns into 422 with pointers
    """
    said = {name: request.query_params[name] for name in query if name in request.query_params}
    body = request.data
    if said and isinstance(body, Mapping):
        body = {**said, **body}
    try:
        data: dict[str, Any] = _reader(serializer).run_validation(body)
    except ValidationError:
        serializer(data=body).is_valid(raise_exception=True)  # puts the errors into their shape
        raise
    return data


@cache
def _reader(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """A serializer for all requests: making one copies every field, which takes longer than reading
    a body. Validation itself changes nothing of it as long as no field asks for the context.
    """
    reader = serializer()
    _ = reader.fields  # made now, before threads share it
    return reader


def area_id_of(
    restaurant: Restaurant, area: int | str | None, *, pointer: str = AREA_POINTER
) -> int | None:
    """The id of an area given by id or name (in any case); None is no wish.

    :param pointer: where in the body it stands
    :raises ValidationFailed: if the restaurant has no such area
    """
    if area is None:
        return None
    areas = restaurant.areas
    own = areas.filter(pk=area) if isinstance(area, int) else areas.filter(name__iexact=area)
    found: int | None = own.values_list("pk", flat=True).first()
    if found is None:
        detail = _("This restaurant has no such area.")
        raise ValidationFailed(errors=[FieldError(pointer, "does_not_exist", detail)])
    return found


def expected_version(request: Request, current: int, given: int | None) -> int | None:
    """The version a change is based on: that of the body, or that of `If-Match`; None lets all
    pass.

    The service compares it again with the row it has locked, so a rival in between is not lost.

    :raises PreconditionFailed: if `If-Match` names other versions only
    """
    require_match(request, current)
    if given is not None:
        return given
    header = request.headers.get("If-Match")
    if header is not None and etag_for(current) in parse_etags(header):
        return current
    return None

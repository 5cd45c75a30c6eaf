"""Versions as ETags: read one, change it only if nobody else has (RFC 9110, 13.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from reservehub.core.errors import PreconditionFailed

H = TypeVar("H", bound=Callable[..., Any])


def etag_for(version: int | str) -> str:
    """The strong ETag of an object's version: ``"3"``, quotes included."""
    return f'"{version}"'


def require_match(request: Request, version: int | str) -> None:
    """Refuse a change that was made to an older version; without ``If-Match`` all may pass.

    Call it after the row is locked, or pass the version on to the service.

    :raises PreconditionFailed: if ``If-Match`` names other versions only
    """
    header = request.headers.get("If-Match")
    if header is None:
        return
    accepted = parse_etags(header)
    if accepted != ["*"] and etag_for(version) not in accepted:
        raise PreconditionFailed(
            _("Read it again and repeat your change."), current_etag=etag_for(version)
        )


def uses_if_match(handler: H) -> H:
    """Mark a handler that calls ``require_match``, for the OpenAPI document."""
    handler.uses_if_match = True  # type: ignore[attr-defined]
    return handler

"""Every error of the API is an RFC 9457 problem; set as DRF's ``EXCEPTION_HANDLER``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import set_rollback

from reservehub.core.errors import DomainError, FieldError, ValidationFailed, problem, problem_body

PROBLEM_JSON = "application/problem+json"

#: DRF's own refusals: stable code and title; the status is DRF's.
_REFUSALS: tuple[tuple[type[exceptions.APIException], str, Any], ...] = (
    (exceptions.NotFound, "not_found", _("Not found")),
    (exceptions.PermissionDenied, "permission_refused", _("You may not do this")),
    (exceptions.NotAuthenticated, "not_authenticated", _("Please log in")),
    (exceptions.AuthenticationFailed, "authentication_failed", _("The log-in is not valid")),
    (exceptions.Throttled, "rate_limited", _("Too many requests")),
    (exceptions.ParseError, "malformed_request", _("The request could not be read")),
    (exceptions.MethodNotAllowed, "method_not_allowed", _("This method is not allowed here")),
    (exceptions.NotAcceptable, "not_acceptable", _("No acceptable format is available")),
    (
        exceptions.UnsupportedMediaType,
        "unsupported_media_type",
        _("This content type is not supported"),
    ),
)


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The problem response of an exception; ``None`` for a fault of the program."""
    request = context.get("request")
    # The member is a URI reference: what was unquoted for the view is quoted again.
    instance = escape_uri_path(request.path) if request is not None else None
    error = _as_known(exc)
    if isinstance(error, DomainError):
        body = problem(error, instance=instance)
        headers = _domain_headers(error)
    elif isinstance(error, exceptions.APIException):
        body = _api_body(error, instance)
        headers = _api_headers(error)
    else:
        return None
    set_rollback()
    return problem_response(body, headers)


def problem_response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A DRF response with the status and media type of a problem body."""
    return Response(
        body, status=body["status"], headers=dict(headers or {}), content_type=PROBLEM_JSON
    )


def field_errors(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """Flatten DRF's nested validation detail into JSON pointers (RFC 6901)."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            step = "" if key == "non_field_errors" else f"/{_escaped(str(key))}"
            yield from field_errors(inner, pointer + step)
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            # A list holds either the errors of one field or one mapping for each item of a list.
            step = f"/{index}" if isinstance(inner, Mapping | list | tuple) else ""
            yield from field_errors(inner, pointer + step)
    else:
        yield FieldError(pointer, getattr(detail, "code", None) or "invalid", str(detail))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _as_known(exc: Exception) -> Exception:
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(as_serializer_error(exc))
    if isinstance(exc, exceptions.ValidationError):
        return ValidationFailed(errors=tuple(field_errors(exc.detail)))
    return exc


def _api_body(error: exceptions.APIException, instance: str | None) -> dict[str, Any]:
    code: str
    title: Any
    code, title = next(
        (known[1:] for known in _REFUSALS if isinstance(error, known[0])),
        (error.default_code, error.default_detail),
    )
    return problem_body(
        code=code,
        status=error.status_code,
        title=title,
        detail=error.detail if isinstance(error.detail, str) else "",
        instance=instance,
    )


def _api_headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return headers


def _domain_headers(error: DomainError) -> dict[str, str]:
    wait = error.extra.get("retry_after")
    return {} if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))}

"""``Idempotency-Key`` for handlers of POST (rule 55)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from reservehub.core import clock
from reservehub.core.api.problems import PROBLEM_JSON
from reservehub.core.errors import DomainError, FieldError, ValidationFailed
from reservehub.core.http import caller_of
from reservehub.core.idempotency import Answer, run_idempotent

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
MAX_LENGTH = 255

H = TypeVar("H", bound=Callable[..., Response])


def idempotent(handler: H) -> H:
    """Decorate a DRF handler: with the header it runs once, in one transaction with its answer.

    Without the header it runs as it is. Refusals are answers too: repeated with the same key they
    come back unchanged.
    """

    @wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        _check(key)

        def work() -> Answer:
            try:
                response = handler(view, request, *args, **kwargs)
            except (APIException, DomainError) as error:
                response = view.handle_exception(error)
            return _as_answer(response)

        answer = run_idempotent(
            key=key,
            scope=_scope(request),
            body=_whole_body(request),
            now=clock.now(),
            work=work,
        )
        return _as_response(answer)

    once.is_idempotent = True  # type: ignore[attr-defined]
    return cast("H", once)


def _check(key: str) -> None:
    if not (1 <= len(key) <= MAX_LENGTH and key.isascii() and key.isprintable()):
        detail = str(_("1 to 255 printable ASCII characters."))
        raise ValidationFailed(errors=[FieldError(f"/{HEADER}", "invalid", detail)])


def _whole_body(request: Request) -> bytes:
    """The body, which must be as long as announced.

    Where a connection breaks off, some servers hand on what came. The caller will ask again with
    the same key, which must not be used up by half a request.

    :raises ParseError: if part of it is missing
    """
    body: bytes = request._request.body  # noqa: SLF001 - DRF's public name for it parses first
    announced = str(request.META.get("CONTENT_LENGTH") or 0)
    if announced.isdecimal() and len(body) < int(announced):
        raise ParseError(_("The connection broke off within the request."))
    return body


def _scope(request: Request) -> str:
    """Hashed, as an address may carry the token of a guest's link, which is stored nowhere."""
    scope = f"{request.method} {request.get_full_path()} {caller_of(request)}"
    return hashlib.sha256(scope.encode()).hexdigest()


def _as_answer(response: Response) -> Answer:
    headers = {name: value for name, value in response.items() if name.lower() != "content-type"}
    return Answer(status=response.status_code, body=response.data, headers=headers)


def _as_response(answer: Answer) -> Response:
    response = Response(
        answer.body,
        status=answer.status,
        headers=answer.headers,
        content_type=PROBLEM_JSON if answer.status >= 400 else None,
    )
    if answer.replayed:
        response[REPLAYED_HEADER] = "true"
    return response

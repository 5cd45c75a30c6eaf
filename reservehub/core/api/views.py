"""The base of every API view: JSON in, JSON or a problem out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from reservehub.core.actors import Actor, ActorKind
from reservehub.core.api.problems import exception_handler
from reservehub.core.api.schema import ProblemSchema
from reservehub.core.api.throttling import AnonThrottle, ScopedThrottle, UserThrottle
from reservehub.core.errors import PreconditionFailed, VersionConflict
from reservehub.core.http import client_ip

_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class CarefulJSON(JSONParser):
    """JSON that would hurt later is malformed: nested until the parser gives up, or not Unicode."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read()
        try:
            data = super().parse(BytesIO(raw), media_type, parser_context)
            if _HALF_A_CHARACTER.search(raw):
                # Escapes of half a surrogate pair parse, but no answer could repeat them.
                json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(_("The JSON holds half a character.")) from error
        return data


class AlwaysJSON(BaseContentNegotiation):
    """There is one format, so ``Accept`` decides nothing and cannot be wrong."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == wanted), None)

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - DRF's
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        only = next(iter(renderers))
        return only, only.media_type


class ApiView(APIView):
    """Logged-in callers only, unless ``is_public``; answers are never cached by default.

    ``throttle_scopes`` names the limit of each method; other methods have the general limits.
    """

    is_public: ClassVar[bool] = False
    is_cacheable: ClassVar[bool] = False
    throttle_scopes: ClassVar[Mapping[str, str]] = {}

    parser_classes = [CarefulJSON]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ProblemSchema()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.is_public else IsAuthenticated()]

    def get_throttles(self) -> list[BaseThrottle]:
        scope = self.throttle_scopes.get(self.request.method or "")
        if scope is None:
            return [AnonThrottle(), UserThrottle()]
        throttle = ScopedThrottle()
        throttle.scope = scope
        return [throttle]

    def get_exception_handler(self) -> Any:
        return exception_handler

    def handle_exception(self, exc: Exception) -> Response:
        if type(exc) is VersionConflict and "If-Match" in self.request.headers:
            # The service compared once more under its lock; to the caller it is the same refusal.
            exc = PreconditionFailed(exc.detail, errors=exc.errors, **exc.extra)
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        finished: Response = super().finalize_response(request, response, *args, **kwargs)
        if not (self.is_cacheable and finished.status_code < 400):
            finished.headers.setdefault("Cache-Control", "no-store")
        return finished


def actor_of(request: Request, kind: ActorKind | None = None) -> Actor:
    """Who asks, for services and the audit.

    :param kind: what they are to the object at hand; a platform admin stays one
    """
    user = request.user
    ip = client_ip(request._request)  # noqa: SLF001 - Django's request, which DRF wraps
    if not user.is_authenticated:
        return Actor(kind=kind or ActorKind.GUEST, label="guest", channel="api", ip=ip)
    if kind is ActorKind.STAFF and user.is_superuser:
        kind = ActorKind.PLATFORM
    return Actor(
        kind=kind or ActorKind.CUSTOMER,
        user_id=user.pk,
        label=user.get_full_name(),
        channel="api",
        ip=ip,
    )

"""The OpenAPI document tells the refusals too; set as DRF's ``DEFAULT_SCHEMA_CLASS``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from reservehub.core.api.idempotent import HEADER, MAX_LENGTH, REPLAYED_HEADER
from reservehub.core.api.problems import PROBLEM_JSON

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details; further members depend on the type.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "/problems/table_taken"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; the last part of type."},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}

_IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    "description": (
        "Repeat a request with the same key within 24 hours and get the same answer; "
        "with another body it is refused (422)."
    ),
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag that the change is based on; refused (412) if it is not the latest.",
}
_REPLAYED = {
    "schema": {"type": "string", "enum": ["true"]},
    "description": "Present on the stored answer to an earlier request with the same key.",
}


class ProblemSchema(AutoSchema):
    """Adds the problem responses and the headers ``Idempotency-Key`` and ``If-Match``.

    A view adds statuses of its own with ``problem_statuses = (409,)`` or
    ``problem_statuses = {"create": (409,)}`` by action or lower-case method.
    """

    def get_operation(
        self,
        path: str,
        path_regex: str,
        path_prefix: str,
        method: str,
        registry: ComponentRegistry,
    ) -> dict[str, Any] | None:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        self._add_headers(operation)
        component = self._problem_component(registry)
        for status in sorted(self._problem_statuses(operation)):
            operation["responses"].setdefault(str(status), _response(status, component.ref))
        return operation

    def _problem_component(self, registry: ComponentRegistry) -> ResolvedComponent:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem",
            type=ResolvedComponent.SCHEMA,
            schema=dict(PROBLEM_SCHEMA),
            object="Problem",
        )
        registry.register_on_missing(component)
        return component

    def _add_headers(self, operation: dict[str, Any]) -> None:
        parameters = operation.setdefault("parameters", [])
        if self._handler_has("is_idempotent"):
            parameters.append(_IDEMPOTENCY_KEY)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    response.setdefault("headers", {})[REPLAYED_HEADER] = _REPLAYED
        if self._handler_has("uses_if_match"):
            parameters.append(_IF_MATCH)

    def _problem_statuses(self, operation: Mapping[str, Any]) -> set[int]:
        statuses = {429}
        if operation.get("security") and {} not in operation["security"]:
            statuses |= {401, 403}
        if "{" in self.path:
            statuses.add(404)
        if operation.get("parameters") or "requestBody" in operation:
            statuses.add(422)
        if "requestBody" in operation:
            statuses |= {400, 415}
        if self.method != "GET":
            statuses.add(409)
        if self._handler_has("uses_if_match"):
            statuses.add(412)
        return statuses | set(self._declared_statuses())

    def _declared_statuses(self) -> Iterable[int]:
        declared = getattr(self.view, "problem_statuses", ())
        if isinstance(declared, Mapping):
            return tuple(declared.get(self._handler_name(), ()))
        return tuple(declared)

    def _handler_name(self) -> str:
        return str(getattr(self.view, "action", None) or self.method.lower())

    def _handler_has(self, mark: str) -> bool:
        return bool(getattr(getattr(self.view, self._handler_name(), None), mark, False))


_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""As RFC 9110 has them; Python before 3.13 knows their older names."""


def _response(status: int, ref: Mapping[str, str]) -> dict[str, Any]:
    return {
        "description": _PHRASES.get(status) or HTTPStatus(status).phrase,
        "content": {PROBLEM_JSON: {"schema": dict(ref)}},
    }

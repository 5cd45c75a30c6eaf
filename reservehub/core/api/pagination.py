"""Pages by cursor: stable while rows are added, and as fast on page 1,000 as on page 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class CursorPages(CursorPagination):
    """``{"results": [...], "next": url | null, "previous": url | null}`` and a ``Link`` header.

    Views set ``ordering`` (class attribute of a subclass) to a unique, indexed order.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering: str | tuple[str, ...] = "-id"

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, DataError, DjangoValidationError) as error:
            raise ValidationError({self.cursor_query_param: _("Not a cursor of ours.")}) from error

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= self.max_page_size):
            message = _("A whole number from 1 to %(most)d.") % {"most": self.max_page_size}
            raise ValidationError({self.page_size_query_param: message})
        return int(text)

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        following, previous = self.get_next_link(), self.get_previous_link()
        links = [
            f'<{url}>; rel="{relation}"'
            for relation, url in (("next", following), ("prev", previous))
            if url
        ]
        return Response(
            {"results": data, "next": following, "previous": previous},
            headers={"Link": ", ".join(links)} if links else {},
        )

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return parameters

"""The product's addresses and the bare view beside them."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, path

from reservehub.urls import urlpatterns as product


def bare(_request: HttpRequest) -> JsonResponse:
    """What Django, its middleware and one query cost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        (one,) = cursor.fetchone()
    return JsonResponse({"one": one})


urlpatterns: list[URLPattern | URLResolver] = [path("bench/bare", bare), *product]

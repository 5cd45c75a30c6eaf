"""`/api/v1/`: the apps' halves of the API joined, its OpenAPI document, and an answer for
everything else.
"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from reservehub.core.api.problems import PROBLEM_JSON
from reservehub.core.errors import problem_body


@csrf_exempt
def unknown(request: HttpRequest, **_where: str) -> JsonResponse:
    """No such address: a problem like every other refusal, never a page."""
    body = problem_body(
        code="not_found",
        status=404,
        title=_("Not found"),
        detail=_("There is nothing at this address. Addresses have no slash at the end."),
        instance=escape_uri_path(request.path),
    )
    return JsonResponse(body, status=404, content_type=PROBLEM_JSON)


# Addresses are tried one after the other, so those asked most come first.
v1: list[URLPattern | URLResolver] = [
    path("", include("bookings.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("restaurants.api.urls")),
    path("", include("guests.api.urls")),
    path("", include("waitlist.api.urls")),
    path("", include("waitlist.api.queue_urls")),
    path("", include("reviews.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((v1, "api"), namespace="api")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    # Split: the script comes from an address of its own, as the site's policy forbids inline ones.
    path(
        "api/v1/docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", template_name="api/docs.html", title="ReserveHub API"
        ),
        name="api-docs",
    ),
    re_path(r"^api/v1(?:/[\s\S]*)?$", unknown),
]

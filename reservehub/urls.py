"""All addresses of the site. Each app keeps its own ``urls.py``; this joins them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

from reservehub.core.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("", include("reservehub.api")),
    path("", include("bookings.urls")),
]

handler400 = "bookings.views.errors.bad_request"
handler403 = "bookings.views.errors.forbidden"
handler404 = "bookings.views.errors.not_found"

"""All addresses of the site. Each app keeps its own ``urls.py``; this joins them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog
from django.views.static import serve

from reservehub.core.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("reservehub.api")),  # before what is asked less often
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    *(
        [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]
        if settings.RESERVEHUB_SERVES_MEDIA  # in production the proxy does
        else []
    ),
    path("staff/", include("staff.urls")),
    path("telegram/", include("telegram_bot.urls")),
    path("webhooks/payments/", include("payments.urls")),
    path("", include("notifications.urls")),
    path("", include("payments.gateways.simulator.urls")),
    path("", include("guests.urls")),
    path("", include("reviews.urls")),
    path("", include("waitlist.urls")),
    path("", include("waitlist.queue_urls")),
    path("", include("bookings.urls")),
]

handler400 = "bookings.views.errors.bad_request"
handler403 = "bookings.views.errors.forbidden"
handler404 = "bookings.views.errors.not_found"

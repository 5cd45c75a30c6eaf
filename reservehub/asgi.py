"""ASGI entry point: pages, API and sockets on one port.

Pages and API are synchronous Django. Django's own ASGI handler runs each request in a fresh
thread, so each opens its own database connection; behind a2wsgi the same WSGI application runs in
a pool of lasting threads whose connections persist: about seven times the throughput
(docs/adr/0002-one-port-and-wsgi-for-pages.md).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from reservehub.environment import number
from reservehub.wsgi import application as wsgi_application  # fills the app registry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reservehub.settings.development")

from reservehub.routing import websocket_urlpatterns

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

THREADS = number("RESERVEHUB_WEB_THREADS", default=4)

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(cast("WSGIApp", wsgi_application), workers=THREADS),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)

"""Reading the simulator's messages."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from payments.gateways.base import BadSignature, Incoming, Malformed
from payments.gateways.simulator.signing import HEADER, verify
from payments.gateways.simulator.telling import notice_of
from reservehub.core import clock


class SimulatorWebhook:
    provider = "simulator"

    def read(self, request: HttpRequest) -> Incoming:
        """Verify, then read.

        :raises BadSignature: also for everything outside development
        :raises Malformed: if it is none of the simulator's messages
        """
        if not settings.RESERVEHUB_PAYMENT_SIMULATOR:
            raise BadSignature("the simulator is off")
        verify(request.headers.get(HEADER, ""), request.body, now=clock.now())
        try:
            notice = notice_of(json.loads(request.body))
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed(type(error).__name__) from None
        return Incoming(notices=[notice], response=HttpResponse(status=204))

"""Stripe as its documentation has it, over HTTP: PaymentIntents, SetupIntents, refunds, lists,
errors, idempotency keys, and signed events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import stripe
from stripe import params

from reservehub.core import clock
from tests.notifications.stand_ins.server import Answer, Call, Received, StandIn, as_json
from tests.payments.stand_ins.stripe_world import ASKS_GUEST, DECLINED, StripeWorld, Thing

SECRET_KEY, PUBLISHABLE_KEY, WEBHOOK_SECRET = "sk_test_hub", "pk_test_hub", "whsec_hub"

Fields = dict[str, str]


class Wrong(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error") -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": "Words for Ms Ada Lovelace"}}


class StripeStandIn(StripeWorld, StandIn):
    """
    :ivar busy: idempotency keys of calls that are still under way
    :ivar is_surprising: banks ask for the guest only after the charge was begun
    """

    def __init__(self) -> None:
        super().__init__()
        self.busy: set[str] = set()
        self.is_surprising = False
        self._account = ""
        self._kept: dict[str, tuple[bytes, Answer]] = {}

    def settings(self) -> dict[str, Any]:
        return {
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_URL": self.url,
        }

    def day_passes(self) -> None:
        """Stripe forgets idempotency keys."""
        self._kept.clear()

    def event(self, kind: str, thing: Thing, *, number: str = "") -> Call:
        """A webhook about an object as it is now, signed."""
        body = json.dumps(
            {
                "id": number or f"evt_{next(self.numbers)}",
                "object": "event",
                "type": kind,
                "created": int(clock.now().timestamp()),
                "data": {"object": thing},
            }
        )
        signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
        headers = {"Stripe-Signature": signature}
        path = "/webhooks/payments/stripe/"
        return Call(path, body.encode(), "application/json", headers)

    # --- Calls ----------------------------------------------------------------------------------

    def answer(self, request: Received) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            return as_json({"error": {"type": "invalid_request_error", "message": "Key"}}, 401)
        try:
            return self._once(request) if request.method == "POST" else self._done(request)
        except Wrong as wrong:
            return as_json(wrong.body, wrong.status)

    def _once(self, request: Received) -> Answer:
        key = request.headers.get("Idempotency-Key", "")
        assert key, "a call that acts without a key"
        if key in self.busy:
            raise Wrong(409, "idempotency_key_in_use")
        what = request.path.encode() + request.body
        if key in self._kept:
            before, answer = self._kept[key]
            if before != what:
                raise Wrong(400, "", "idempotency_error")
            return Answer(
                answer.status, answer.body, {**answer.headers, "Idempotent_Replayed": "true"}
            )
        try:
            answer = self._done(request)
        except Wrong as wrong:
            if wrong.status == 402:
                self._kept[key] = (what, as_json(wrong.body, 402))
            raise
        self._kept[key] = (what, answer)
        return answer

    def _done(self, request: Received) -> Answer:
        fields = dict(parse_qsl(request.body.decode())) | dict(request.query)
        self._account = request.headers.get("Stripe-Account", "")
        for pattern, (work, takes) in self._routes().items():
            method, _, path = pattern.partition(" ")
            if method == request.method and (found := re.fullmatch(path, request.path)):
                things = self._named(found.groups())
                _check_names(fields, takes)
                result = work(fields, *things)
                result.setdefault("account", self._account)
                return as_json(self._expanded(result, fields))
        return as_json({"error": {"type": "invalid_request_error", "message": "Path"}}, 404)

    def _routes(self) -> dict[str, tuple[Callable[..., Thing], type]]:
        """What answers a call, and the parameters it takes in this version of the API."""
        intent, setup = "payment_intents/(pi_\\w+)", "setup_intents/(seti_\\w+)"
        method = "payment_methods/(pm_\\w+)"
        return {
            f"GET /v1/{method}": (self._same, params.PaymentMethodRetrieveParams),
            f"POST /v1/{method}/detach": (self._detach, params.PaymentMethodDetachParams),
            "POST /v1/customers": (self._create_customer, params.CustomerCreateParams),
            "POST /v1/payment_intents": (self._create_intent, params.PaymentIntentCreateParams),
            f"GET /v1/{intent}": (self._same, params.PaymentIntentRetrieveParams),
            f"POST /v1/{intent}/capture": (self._capture, params.PaymentIntentCaptureParams),
            f"POST /v1/{intent}/cancel": (self._cancel, params.PaymentIntentCancelParams),
            "POST /v1/setup_intents": (self._create_setup, params.SetupIntentCreateParams),
            f"GET /v1/{setup}": (self._same, params.SetupIntentRetrieveParams),
            f"POST /v1/{setup}/cancel": (self._cancel_setup, params.SetupIntentCancelParams),
            "POST /v1/refunds": (self._refund, params.RefundCreateParams),
            "GET /v1/charges": (self._lister("charge", "customer"), params.ChargeListParams),
            "GET /v1/refunds": (self._lister("refund", "payment_intent"), params.RefundListParams),
            "GET /v1/disputes": (self._lister("dispute", "charge"), params.DisputeListParams),
            "GET /v1/balance_transactions": (
                self._lister("balance_transaction"),
                params.BalanceTransactionListParams,
            ),
        }

    def _named(self, numbers: Iterable[str]) -> list[Thing]:
        found = [self.things.get(number) for number in numbers]
        if any(one is None or one.get("account", "") != self._account for one in found):
            raise Wrong(404, "resource_missing")
        return [one for one in found if one is not None]

    def _same(self, _fields: Fields, thing: Thing) -> Thing:
        return thing

    def _create_customer(self, fields: Fields) -> Thing:
        return self.make("customer", "cus", metadata=_metadata(fields))

    def _create_intent(self, fields: Fields) -> Thing:
        intent = self.make(
            "payment_intent",
            "pi",
            amount=int(fields["amount"]),
            currency=fields["currency"],
            capture_method=fields["capture_method"],
            customer=fields.get("customer"),
            description=fields.get("description"),
            metadata=_metadata(fields),
            status="requires_payment_method",
            latest_charge=None,
            last_payment_error=None,
            canceled_at=None,
        )
        intent["client_secret"] = f"{intent['id']}_secret_1"
        if fields.get("confirm") == "true":
            self._confirm_off_session(intent, fields["payment_method"])
        return intent

    def _confirm_off_session(self, intent: Thing, method: str) -> None:
        if self.things[method]["customer"] != intent["customer"]:
            raise Wrong(400, "resource_missing")
        if method == DECLINED:
            self.guest_is_refused(intent["id"], "insufficient_funds")
            raise _card_error("card_declined", "insufficient_funds")
        if method == ASKS_GUEST and self.is_surprising:
            intent["status"] = "requires_action"
        elif method == ASKS_GUEST:
            intent["last_payment_error"] = {"code": "authentication_required"}
            raise _card_error("authentication_required", "authentication_required")
        else:
            self.guest_pays(intent["id"])

    def _create_setup(self, fields: Fields) -> Thing:
        setup = self.make(
            "setup_intent",
            "seti",
            customer=fields["customer"],
            metadata=_metadata(fields),
            usage=fields["usage"],
            status="requires_payment_method",
            payment_method=None,
            last_setup_error=None,
            latest_attempt=None,
        )
        setup["client_secret"] = f"{setup['id']}_secret_1"
        return setup

    def _detach(self, _fields: Fields, method: Thing) -> Thing:
        if not method["customer"]:
            raise Wrong(400, "")  # Stripe says why in words alone
        method["customer"] = None
        return method

    def _cancel_setup(self, _fields: Fields, setup: Thing) -> Thing:
        if setup["status"] in ("succeeded", "canceled"):
            raise Wrong(400, "setup_intent_unexpected_state")
        setup["status"] = "canceled"
        return setup

    def _capture(self, fields: Fields, intent: Thing) -> Thing:
        if intent["status"] != "requires_capture":
            raise Wrong(400, "payment_intent_unexpected_state")
        amount = int(fields["amount_to_capture"])
        if amount > intent["amount"]:
            raise Wrong(400, "amount_too_large")
        self.take(intent, amount)
        return intent

    def _cancel(self, _fields: Fields, intent: Thing) -> Thing:
        if intent["status"] in ("succeeded", "canceled"):
            raise Wrong(400, "payment_intent_unexpected_state")
        self.give_up(intent)
        return intent

    def _refund(self, fields: Fields) -> Thing:
        (intent,) = self._named([fields["payment_intent"]])
        charge = self.things[intent["latest_charge"]]
        amount = int(fields["amount"])
        if charge["amount_captured"] - self.returned(charge) < amount:
            raise Wrong(400, "charge_already_refunded")
        return self.refund_made(charge, amount, metadata=_metadata(fields))

    def _lister(self, kind: str, by: str = "") -> Callable[[Fields], Thing]:
        return lambda fields: self._list(kind, fields, by)

    def _list(self, kind: str, fields: Fields, by: str) -> Thing:
        found = [one for one in self.all(kind) if not by or one[by] == fields[by]]
        if "created[gte]" in fields:
            span = range(int(fields["created[gte]"]), int(fields["created[lt]"]))
            found = [one for one in found if one["created"] in span]
        numbers = [one["id"] for one in found]
        start = numbers.index(fields["starting_after"]) + 1 if "starting_after" in fields else 0
        page = found[start : start + 2]  # short, so that there are several
        has_more = start + 2 < len(found)
        return {"object": "list", "url": f"/v1/{kind}s", "data": page, "has_more": has_more}

    def _expanded(self, thing: Thing, fields: Fields) -> Thing:
        told: Thing = json.loads(json.dumps(thing))
        paths = [value for name, value in fields.items() if name.startswith("expand[")]
        for path in paths:
            self._expand(told, path.split("."))
        return told

    def _expand(self, value: Any, path: list[str]) -> None:
        if isinstance(value, list):
            for item in value:
                self._expand(item, path)
        elif isinstance(value, dict) and path:
            inner = value.get(path[0])
            if isinstance(inner, str) and inner in self.things:
                value[path[0]] = inner = json.loads(json.dumps(self.things[inner]))
            self._expand(inner, path[1:])


def _check_names(fields: Fields, takes: type) -> None:
    """Stripe refuses what it does not know, and what it knew in an earlier version of its API."""
    for name in fields:
        if name.partition("[")[0] not in takes.__annotations__:
            raise Wrong(400, "parameter_unknown")


def _metadata(fields: Fields) -> dict[str, str]:
    return {
        name[len("metadata[") : -1]: value
        for name, value in fields.items()
        if name.startswith("metadata[")
    }


def _card_error(code: str, decline_code: str) -> Wrong:
    wrong = Wrong(402, code, "card_error")
    wrong.body["error"]["decline_code"] = decline_code
    return wrong

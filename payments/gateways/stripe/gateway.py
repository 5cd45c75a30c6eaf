"""Stripe as the house calls it.

A try of the guest's is a PaymentIntent (money now, or held) or a SetupIntent (a card saved); the
Payment Element confirms it in the browser. A saved card belongs to a Customer of this payment
alone, whose charges are therefore all of this payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from stripe import StripeClient

from payments.facts import Fact, FactKind, Mode
from payments.gateways.base import Answer, CannotAsk, Card, Listed, Order, Refused, Session
from payments.gateways.stripe.amounts import to_stripe
from payments.gateways.stripe.books import booked
from payments.gateways.stripe.client import acting, asking, client_for, keyed
from payments.gateways.stripe.looking import (
    all_about,
    answer_of_intent,
    charge_expanded,
    charges_of,
    refunds_of,
)
from payments.gateways.stripe.needs import NEEDS
from payments.gateways.stripe.telling import Thing, id_of, public_id_of, refund_facts
from reservehub.core import clock
from reservehub.core.money import Money
from reservehub.core.needs import problem_of

_A_PAGE = 100
_OVER = frozenset({"succeeded", "processing", "requires_capture"})
_SETUP = "seti_"


class StripeGateway:
    provider = "stripe"

    def __init__(self) -> None:
        script = urlsplit(settings.STRIPE_JS_URL)
        home = f"{script.scheme}://{script.netloc}"
        self.csp: Mapping[str, Sequence[str]] = {
            "script-src": (home,),
            "frame-src": (home, "https://*.js.stripe.com", "https://hooks.stripe.com"),
            "connect-src": (home, "https://api.stripe.com"),
            "img-src": ("https://*.stripe.com",),
        }

    def problem(self) -> str:
        return problem_of(NEEDS)

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:
        """
        :raises Refused: if the try is dead
        """
        client = client_for(order.account)
        if order.provider_id:
            intent = _retrieved(client, order.provider_id)
        elif order.mode is Mode.SAVE:
            intent = _setup_begun(client, order)
        else:
            intent = _intent_begun(client, order)
        if intent["status"] == "canceled":
            raise Refused("canceled")
        return Session(
            provider_id=intent["id"],
            data={
                "kind": "setup" if intent["id"].startswith(_SETUP) else "payment",
                "client_secret": intent["client_secret"],
                "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
                "account": order.account,
                "js_url": settings.STRIPE_JS_URL,
                "return_url": return_url,
                "language": language,
                "is_over": intent["status"] in _OVER,
            },
        )

    def pay(self, order: Order, *, source: str, key: str) -> Answer:  # noqa: ARG002
        raise CannotAsk("stripe_confirms_in_the_browser")

    def look_up(self, order: Order) -> Answer:
        if not order.provider_id:
            return Answer()
        with asking():
            return all_about(client_for(order.account), order)

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _on_saved_card(order, amount, key=key, is_held=False)

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        return _on_saved_card(order, amount, key=key, is_held=True)

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        client = client_for(order.account)
        try:
            with acting():
                intent = client.v1.payment_intents.capture(
                    order.provider_id,
                    {"amount_to_capture": to_stripe(amount), "expand": charge_expanded()},
                    keyed(key),
                )
        except Refused as refusal:
            return _known_instead(client, order, refusal, {FactKind.CAPTURED})
        return answer_of_intent(intent.to_dict(), now=clock.now())

    def release(self, order: Order, *, key: str) -> Answer:
        """A card that was saved meanwhile, or money taken, is told instead: it stays."""
        client = client_for(order.account)
        try:
            with acting():
                if order.provider_id.startswith(_SETUP):
                    client.v1.setup_intents.cancel(order.provider_id, {}, keyed(key))
                    return Answer(is_dead=True)
                intent = client.v1.payment_intents.cancel(
                    order.provider_id, {"expand": charge_expanded()}, keyed(key)
                )
        except Refused as refusal:
            over = {FactKind.CAPTURED, FactKind.RELEASED, FactKind.SAVED}
            return _known_instead(client, order, refusal, over)
        return answer_of_intent(intent.to_dict(), now=clock.now())

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        client = client_for(order.account)
        with asking():
            refunds = refunds_of(client, order.provider_id)
        told = _done_before(refunds, key) or _refunded(client, order, amount, key)
        if told.get("status") in ("failed", "canceled"):
            raise Refused(str(told.get("failure_reason") or "refund_failed")[:100])
        return Answer(facts=tuple(refund_facts(told, object_id=order.provider_id)))

    def forget(self, order: Order, *, key: str) -> None:
        """The Customer stays, of which Stripe knows neither a name nor an address."""
        client = client_for(order.account)
        try:
            with acting():
                client.v1.payment_methods.detach(order.provider_id, {}, keyed(key))
        except Refused:
            if _is_attached(client, order.provider_id):
                raise

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        """What is of ours: an account may also hold what the restaurant sells elsewhere."""
        client = client_for(account)
        with asking():
            bookings = client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                    "limit": _A_PAGE,
                    "expand": ["data.source"],
                }
            )
            return list(_listed(client, (one.to_dict() for one in bookings.auto_paging_iter())))


# --- Beginning --------------------------------------------------------------------------------


def _ours(order: Order) -> dict[str, str]:
    return {"public_id": order.public_id}


def _ours_once(order: Order, key: str) -> dict[str, str]:
    """Stripe forgets a key after a day; what was done with it bears it for ever."""
    return {**_ours(order), "key": key}


def _done_before(things: Iterable[Thing], key: str) -> Thing | None:
    return next((one for one in things if (one.get("metadata") or {}).get("key") == key), None)


def _retrieved(client: StripeClient, number: str) -> Thing:
    with asking():
        if number.startswith(_SETUP):
            return client.v1.setup_intents.retrieve(number).to_dict()
        return client.v1.payment_intents.retrieve(number).to_dict()


def _intent_begun(client: StripeClient, order: Order) -> Thing:
    is_held = order.mode is Mode.AUTHORISE
    with acting():
        return client.v1.payment_intents.create(
            {
                "amount": to_stripe(order.amount),
                "currency": order.amount.currency.lower(),
                "capture_method": "manual" if is_held else "automatic",
                "allowed_payment_method_types": ["card"],
                "description": order.description,
                "metadata": _ours(order),
            },
            keyed(order.key("begin")),
        ).to_dict()


def _setup_begun(client: StripeClient, order: Order) -> Thing:
    with acting():
        customer = client.v1.customers.create(
            {"metadata": _ours(order)}, keyed(order.key("customer"))
        )
        return client.v1.setup_intents.create(
            {
                "customer": customer.id,
                "usage": "off_session",
                "allowed_payment_method_types": ["card"],
                "metadata": _ours(order),
            },
            keyed(order.key("begin")),
        ).to_dict()


# --- Acting -----------------------------------------------------------------------------------


def _on_saved_card(order: Order, amount: Money, *, key: str, is_held: bool) -> Answer:
    if order.card is None:
        raise Refused("no_card")
    client = client_for(order.account)
    with asking():
        charges = charges_of(client, order.card.customer_token)
    taken = [
        {**intent, "latest_charge": charge}
        for intent, charge in charges
        if charge.get("status") == "succeeded"
    ]
    before = _done_before(taken, key)
    if before is not None:
        return answer_of_intent(before, now=clock.now())
    intent = _taken(client, order, order.card, amount, key=key, is_held=is_held)
    if intent["status"] not in _OVER:
        # Mostly told as an error; a bank may also ask for the guest only now.
        raise Refused("authentication_required", needs_guest=True)
    return answer_of_intent(intent, now=clock.now())


def _taken(
    client: StripeClient, order: Order, card: Card, amount: Money, *, key: str, is_held: bool
) -> Thing:
    with acting():
        return client.v1.payment_intents.create(
            {
                "amount": to_stripe(amount),
                "currency": amount.currency.lower(),
                "customer": card.customer_token,
                "payment_method": card.method_token,
                "allowed_payment_method_types": ["card"],
                "capture_method": "manual" if is_held else "automatic",
                "off_session": True,
                "confirm": True,
                "description": order.description,
                "metadata": _ours_once(order, key),
                "expand": charge_expanded(),
            },
            keyed(key),
        ).to_dict()


def _refunded(client: StripeClient, order: Order, amount: Money, key: str) -> Thing:
    with acting():
        return client.v1.refunds.create(
            {
                "payment_intent": order.provider_id,
                "amount": to_stripe(amount),
                "metadata": _ours_once(order, key),
            },
            keyed(key),
        ).to_dict()


def _known_instead(
    client: StripeClient, order: Order, refusal: Refused, over: set[FactKind]
) -> Answer:
    """Why it was refused, where it is because it is over already; else the refusal itself.

    :raises Refused: the same again
    """
    with asking():
        answer = all_about(client, order)
    if answer.is_dead and FactKind.RELEASED in over:
        return answer
    if any(fact.kind in over and _is_about(fact, order) for fact in answer.facts):
        return answer
    raise refusal


def _is_about(fact: Fact, order: Order) -> bool:
    return fact.object_id == order.provider_id


def _is_attached(client: StripeClient, method: str) -> bool:
    """Whether a card can still be charged: one that was detached has no Customer any more."""
    try:
        with asking():
            kept = client.v1.payment_methods.retrieve(method).to_dict()
    except Refused:
        return False
    return bool(kept.get("customer"))


# --- Books ------------------------------------------------------------------------------------


def _listed(client: StripeClient, bookings: Iterable[Thing]) -> Iterator[Listed]:
    owners: dict[str, str] = {}
    for booking in bookings:
        for fact in booked(booking):
            owner = public_id_of(booking["source"])
            # A charge bears the metadata of its intent; a dispute and a refund made at Stripe's
            # own site bear none.
            if not owner and booking["source"].get("object") != "charge":
                owner = _owner(client, id_of(booking["source"]["payment_intent"]), owners)
            if owner:
                yield Listed(public_id=owner, provider_id=fact.object_id, fact=fact)


def _owner(client: StripeClient, intent_id: str, known: dict[str, str]) -> str:
    if intent_id not in known:
        intent = client.v1.payment_intents.retrieve(intent_id).to_dict()
        known[intent_id] = public_id_of(intent)
    return known[intent_id]

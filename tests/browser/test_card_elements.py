"""The forms of Adyen and Square as they stand in the page, with a script in place of theirs: under
the page's content policy, when it works and when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.square.gateway import SquareGateway

pytestmark = pytest.mark.browser

SITE, BACK = "https://hub.test/pay/", "https://hub.test/back/"
SCRIPTS = Path(__file__).parents[2] / "static" / "js"
CSP = {"adyen": AdyenGateway.csp, "square": SquareGateway.csp}
SESSIONS: dict[str, dict[str, Any]] = {
    "adyen": {
        "id": "CS1",
        "sessionData": "Ab02b4c0!CS1",
        "clientKey": "test_CLIENT",
        "countryCode": "NL",
        "environment": "test",
        "locale": "de",
        "script": "https://checkoutshopper-test.cdn.adyen.com/checkoutshopper/sdk/6/adyen.js",
        "style": "https://checkoutshopper-test.cdn.adyen.com/checkoutshopper/sdk/6/adyen.css",
        "returnUrl": BACK,
    },
    "square": {
        "applicationId": "sandbox-sq0idb-1",
        "locationId": "L1",
        "script": "https://sandbox.web.squarecdn.com/v1/square.js",
        "amount": "40.00",
        "currency": "EUR",
        "intent": "CHARGE",
        "locale": "de",
    },
}
#: Answers with what the test has put into `window.answer`.
THEIRS = {
    "adyen": """
window.calls = [];
window.AdyenWeb = {
  AdyenCheckout: async (options) => {
    window.calls.push(["AdyenCheckout", options.session.id, options.countryCode]);
    const checkout = {
      options,
      submitDetails: ({ details }) => {
        window.calls.push(["submitDetails", details.redirectResult]);
        options.onPaymentCompleted({ sessionResult: "result-1" });
      },
    };
    return checkout;
  },
  Dropin: class {
    constructor(checkout, props) { this.checkout = checkout; this.props = props; }
    get isValid() { return window.answer !== "invalid"; }
    mount(where) { where.textContent = "card form"; setTimeout(this.props.onReady, 0); }
    showValidation() { window.calls.push(["showValidation"]); }
    setStatus(status) { window.calls.push(["setStatus", status]); }
    submit() {
      const { onPaymentCompleted, onPaymentFailed, onError } = this.checkout.options;
      if (window.answer === "refused") return onPaymentFailed({ resultCode: "Refused" });
      if (window.answer === "broken") return onError(new Error("broken"));
      onPaymentCompleted({ sessionResult: window.answer ?? "result-1" });
    }
  },
};
""",
    "square": """
window.calls = [];
window.Square = {
  payments: (application, location) => {
    window.calls.push(["payments", application, location]);
    return {
      card: async () => ({
        attach: async (where) => { where.textContent = "card form"; },
        tokenize: async (details) => {
          window.calls.push(["tokenize", details.intent, details.amount ?? ""]);
          if (window.answer === "broken") throw new Error("broken");
          if (window.answer === "invalid") {
            return { status: "Invalid", errors: [{ message: "Card number is not valid" }] };
          }
          return { status: "OK", token: "cnon:1" };
        },
      }),
    };
  },
};
""",
}
FAILED = "That did not work. Please try again."

OpenForm = Callable[..., Page]
Posted = list[str]


@pytest.fixture
def posted() -> Posted:
    """What came to our server."""
    return []


@pytest.fixture
def open_form(chromium: Browser, complaints: list[str], posted: Posted) -> Iterator[OpenForm]:
    """Opens a page with the form; where it is `broken`, the provider's script does not come."""
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_FAILED" not in message.text:
            complaints.append(message.text)

    def opened(provider: str, *, broken: bool = False, query: str = "", **session: Any) -> Page:
        context = chromium.new_context(base_url=SITE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        data = SESSIONS[provider] | session
        theirs = None if broken else THEIRS[provider]
        page.route("**/*", lambda route: _answer(route, provider, theirs, data, posted))
        page.goto(SITE + query)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _answer(
    route: Route, provider: str, theirs: str | None, data: dict[str, Any], posted: Posted
) -> None:
    request = route.request
    address = request.url.partition("?")[0]
    if address == SITE and request.method == "POST":
        posted.append(request.post_data or "")
        route.fulfill(body="<title>Done</title>Thank you", content_type="text/html")
    elif address == SITE:
        form = render_to_string(
            f"payments/elements/{provider}.html", {"data": data, "button": "Pay €40.00"}
        )
        page = f"<!DOCTYPE html><html lang='en'><title>Pay</title><main>{form}</main></html>"
        route.fulfill(body=page, content_type="text/html; charset=utf-8", headers=_policy(provider))
    elif address.endswith(f"/static/js/{provider}.js"):
        script = (SCRIPTS / f"{provider}.js").read_text()
        route.fulfill(body=script, content_type="text/javascript")
    elif address == data["script"] and theirs is not None:
        route.fulfill(body=theirs, content_type="text/javascript")
    elif address == data.get("style"):
        route.fulfill(body="", content_type="text/css")
    elif address == BACK:
        route.fulfill(body="<title>Back</title>One moment", content_type="text/html")
    else:
        route.abort()


def _policy(provider: str) -> dict[str, str]:
    """What the site allows, and what the gateway asks for on top."""
    csp = CSP[provider]
    names = ("script-src", "style-src", "form-action")
    rules = [f"{name} 'self' {' '.join(csp.get(name, ()))}" for name in names]
    rules.append("default-src 'none'")
    return {"Content-Security-Policy": "; ".join(rules)}


def pay(page: Page) -> None:
    page.get_by_role("button", name="Pay €40.00").click()


@pytest.mark.parametrize(
    ("provider", "source"), [("adyen", "source=result-1"), ("square", "source=cnon%3A1")]
)
def test_what_the_form_gives_goes_to_our_server(
    open_form: OpenForm, posted: Posted, provider: str, source: str
) -> None:
    page = open_form(provider)
    expect(page.get_by_text("card form")).to_be_visible()
    pay(page)
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert [source in body for body in posted] == [True]


@pytest.mark.parametrize(
    ("provider", "answer", "said"),
    [
        ("adyen", "refused", FAILED),
        ("adyen", "broken", FAILED),
        ("square", "invalid", "Card number is not valid"),
        ("square", "broken", FAILED),
    ],
)
def test_what_does_not_work_is_said_and_tried_again(
    open_form: OpenForm, posted: Posted, provider: str, answer: str, said: str
) -> None:
    page = open_form(provider)
    page.evaluate("answer => { window.answer = answer; }", answer)
    pay(page)
    expect(page.get_by_role("alert")).to_have_text(said)
    assert posted == []

    page.evaluate("window.answer = undefined")
    pay(page)
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert len(posted) == 1


@pytest.mark.parametrize("provider", ["adyen", "square"])
def test_a_script_that_does_not_come_is_said(open_form: OpenForm, provider: str) -> None:
    page = open_form(provider, broken=True)
    expect(page.get_by_role("alert")).to_contain_text("cannot be loaded")
    expect(page.get_by_role("button", name="Pay")).to_be_disabled()


def test_adyen_is_not_asked_with_a_form_half_filled_in(open_form: OpenForm) -> None:
    page = open_form("adyen")
    page.evaluate("window.answer = 'invalid'")
    pay(page)
    assert page.evaluate("window.calls.at(-1)") == ["showValidation"]
    expect(page.get_by_role("button", name="Pay")).to_be_enabled()


@pytest.mark.parametrize("result", ["", "x" * 256])
def test_a_result_that_our_server_cannot_take_is_left_to_the_webhook(
    open_form: OpenForm, posted: Posted, result: str
) -> None:
    page = open_form("adyen")
    page.evaluate("answer => { window.answer = answer; }", result)
    pay(page)
    expect(page.get_by_text("One moment")).to_be_visible()
    assert posted == []


def test_back_from_a_bank_with_a_page_of_its_own(open_form: OpenForm, posted: Posted) -> None:
    page = open_form("adyen", query="?redirectResult=X3Xtf")
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert "source=result-1" in posted[0]


@pytest.mark.parametrize(("intent", "amount"), [("CHARGE", "40.00"), ("STORE", "")])
def test_square_is_told_what_the_card_is_for(open_form: OpenForm, intent: str, amount: str) -> None:
    page = open_form("square", intent=intent)
    page.evaluate("window.answer = 'invalid'")
    pay(page)
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("window.calls.at(-1)") == ["tokenize", intent, amount]

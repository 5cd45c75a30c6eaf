"""The form for cards as it stands in the page, with a script in place of Stripe's: under the
page's content policy, in both kinds of payment, when it works and when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from payments.gateways.stripe.gateway import StripeGateway

pytestmark = pytest.mark.browser

SITE, BACK = "https://hub.test/pay/", "https://hub.test/back/"
SCRIPT = Path(__file__).parents[2] / "static" / "js" / "stripe.js"
SESSION = {
    "kind": "payment",
    "client_secret": "pi_1_secret_1",
    "publishable_key": "pk_test_1",
    "account": "acct_1",
    "js_url": "https://js.stripe.com/v3/",
    "return_url": BACK,
    "language": "en",
    "is_over": False,
}
#: Answers with what the test has put into `window.answer`; goes to the return address without.
STRIPE = """
window.calls = [];
window.Stripe = (key, options) => {
  window.calls.push(["Stripe", key, options]);
  const confirm = (name) => async ({ confirmParams }) => {
    window.calls.push([name, confirmParams.return_url]);
    if (window.answer === "throw") throw new Error("broken");
    if (!window.answer) {
      return new Promise(() => location.assign(`${confirmParams.return_url}?by=${name}`));
    }
    return { error: window.answer };
  };
  return {
    elements: (what) => {
      window.calls.push(["elements", what.clientSecret]);
      return {
        create: (kind) => ({
          on: (name, then) => name === "ready" && setTimeout(then, 0),
          mount: (where) => { where.textContent = `${kind} form`; },
        }),
      };
    },
    confirmPayment: confirm("confirmPayment"),
    confirmSetup: confirm("confirmSetup"),
  };
};
"""

OpenForm = Callable[..., Page]


@pytest.fixture
def open_form(chromium: Browser, complaints: list[str]) -> Iterator[OpenForm]:
    """Opens a page with the form; `stripe` is what Stripe's address answers, None: nothing."""
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_FAILED" not in message.text:
            complaints.append(message.text)

    def opened(stripe: str | None = STRIPE, **session: Any) -> Page:
        context = chromium.new_context(base_url=SITE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", lambda route: _answer(route, stripe, SESSION | session))
        page.goto(SITE)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _answer(route: Route, stripe: str | None, session: dict[str, Any]) -> None:
    url = route.request.url
    if url == SITE:
        form = render_to_string(
            "payments/elements/stripe.html", {"data": session, "button": "Pay €40.00"}
        )
        page = f"<!DOCTYPE html><html lang='en'><title>Pay</title><main>{form}</main></html>"
        route.fulfill(body=page, content_type="text/html; charset=utf-8", headers=_policy())
    elif url.endswith("/js/stripe.js"):
        route.fulfill(body=SCRIPT.read_text(), content_type="text/javascript")
    elif url == SESSION["js_url"] and stripe is not None:
        route.fulfill(body=stripe, content_type="text/javascript")
    elif url.startswith(BACK):
        route.fulfill(body="<title>Back</title>Thank you", content_type="text/html")
    else:
        route.abort()


def _policy() -> dict[str, str]:
    """What the site allows, and what the gateway asks for on top."""
    allowed = " ".join(StripeGateway().csp["script-src"])
    policy = f"default-src 'none'; script-src 'self' {allowed}"
    assert SESSION["js_url"] == settings.STRIPE_JS_URL
    return {"Content-Security-Policy": policy}


def pay(page: Page) -> None:
    page.get_by_role("button", name="Pay €40.00").click()


@pytest.mark.parametrize(
    ("kind", "confirm"), [("payment", "confirmPayment"), ("setup", "confirmSetup")]
)
def test_a_card_is_confirmed_at_stripe_and_the_guest_comes_back(
    open_form: OpenForm, kind: str, confirm: str
) -> None:
    page = open_form(kind=kind)
    expect(page.get_by_text("payment form")).to_be_visible()
    options = {"stripeAccount": "acct_1", "locale": "en"}
    assert page.evaluate("window.calls") == [
        ["Stripe", "pk_test_1", options],
        ["elements", "pi_1_secret_1"],
    ]

    pay(page)

    page.wait_for_url(f"{BACK}?by={confirm}")
    expect(page.get_by_text("Thank you")).to_be_visible()


@pytest.mark.parametrize("kind", ["payment", "setup"])
def test_a_declined_card_is_told_in_stripes_words_and_tried_again(
    open_form: OpenForm, kind: str
) -> None:
    page = open_form(kind=kind)
    declined = {"type": "card_error", "message": "Your card was declined."}
    page.evaluate("answer => { window.answer = answer }", declined)

    pay(page)

    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    expect(page.get_by_role("button", name="Pay €40.00")).to_be_enabled()
    page.evaluate("window.answer = null")
    pay(page)
    page.wait_for_url(f"{BACK}*")


@pytest.mark.parametrize(
    "answer", ["throw", {"type": "api_error", "message": "Words for programmers"}]
)
def test_trouble_is_told_in_our_words(open_form: OpenForm, answer: Any) -> None:
    page = open_form()
    page.evaluate("answer => { window.answer = answer }", answer)

    pay(page)

    expect(page.get_by_role("alert")).to_have_text("That did not work. Please try again.")
    expect(page.get_by_role("button", name="Pay €40.00")).to_be_enabled()


def test_who_has_paid_in_another_tab_is_not_asked_again(open_form: OpenForm) -> None:
    page = open_form()
    over = {"type": "invalid_request_error", "payment_intent": {"status": "succeeded"}}
    page.evaluate("answer => { window.answer = answer }", over)

    pay(page)
    page.wait_for_url(f"{BACK}*")


def test_a_try_that_is_over_leads_back_at_once(open_form: OpenForm) -> None:
    page = open_form(is_over=True)

    page.wait_for_url(BACK)


def test_a_form_that_cannot_be_loaded_says_so(open_form: OpenForm) -> None:
    page = open_form(stripe=None)

    expect(page.get_by_role("alert")).to_have_text(
        "The form for cards cannot be loaded. Please reload the page."
    )
    expect(page.get_by_role("button", name="Pay €40.00")).to_be_disabled()

// Adyen's Drop-in, in frames of Adyen's: what is typed there never comes near this page.
// Our server asks Adyen what came of it, by the result that Drop-in gives; nothing here decides anything.

import { cardForm } from "./card_form.js";

const LONGEST = 255; // that our server takes

async function startPaying(form) {
  const session = JSON.parse(document.getElementById("adyen-session").textContent);
  const page = cardForm(form);
  if (!window.AdyenWeb) return page.complain(form.dataset.unreachable);

  let dropin;
  const failed = () => {
    page.complain();
    page.wait(false);
    dropin?.setStatus("ready");
  };
  const checkout = await window.AdyenWeb.AdyenCheckout({
    environment: session.environment,
    clientKey: session.clientKey,
    locale: session.locale,
    countryCode: session.countryCode,
    session: { id: session.id, sessionData: session.sessionData },
    showPayButton: false, // ours says what it costs
    analytics: { enabled: false },
    onPaymentCompleted: ({ sessionResult }) => {
      if (sessionResult && sessionResult.length <= LONGEST) page.send(sessionResult);
      else location.assign(session.returnUrl); // then the webhook tells
    },
    onPaymentFailed: failed,
    onError: (error) => (error.name === "CANCEL" ? page.wait(false) : failed()),
  });
  dropin = new window.AdyenWeb.Dropin(checkout, { openFirstPaymentMethod: true, onReady: () => page.wait(false) });
  dropin.mount(form.querySelector("[data-card]"));
  page.button.addEventListener("click", () => {
    page.forget();
    if (!dropin.isValid) return dropin.showValidation();
    page.wait(true);
    dropin.submit();
  });

  // Back from a bank that has its own page.
  const redirectResult = new URLSearchParams(location.search).get("redirectResult");
  if (redirectResult) {
    page.wait(true);
    checkout.submitDetails({ details: { redirectResult } });
  }
}

const form = document.querySelector("[data-adyen]");
if (form) startPaying(form).catch(() => cardForm(form).complain(form.dataset.unreachable));

// Square's own form for cards, in a frame of Square's: what is typed there never comes near this page.
// It makes a token that is good once; our server pays with it.

import { cardForm } from "./card_form.js";

async function startPaying(form) {
  const session = JSON.parse(document.getElementById("square-session").textContent);
  const page = cardForm(form);
  if (!window.Square) return page.complain(form.dataset.unreachable);

  const payments = window.Square.payments(session.applicationId, session.locationId);
  payments.setLocale?.(session.locale);
  const card = await payments.card();
  await card.attach(form.querySelector("[data-card]"));
  page.wait(false);

  const details = {
    intent: session.intent,
    customerInitiated: true,
    sellerKeyedIn: false,
    billingContact: {},
  };
  if (session.intent === "CHARGE") Object.assign(details, { amount: session.amount, currencyCode: session.currency });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (page.button.disabled) return;
    page.wait(true);
    page.forget();
    try {
      const result = await card.tokenize(details);
      if (result.status === "OK") return page.send(result.token);
      // Square's words for guests, such as that the number is not valid.
      page.complain(result.errors?.map((error) => error.message).join(" "));
    } catch {
      page.complain();
    }
    page.wait(false);
  });
}

const form = document.querySelector("[data-square]");
if (form) startPaying(form).catch(() => cardForm(form).complain(form.dataset.unreachable));

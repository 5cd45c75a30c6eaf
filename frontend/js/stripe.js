// Stripe's own form for cards, in frames of Stripe's: what is typed there never comes near this page.
// The server asks Stripe afterwards what came of it; nothing here decides anything.

const STILL_OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

function startPaying(form) {
  const session = JSON.parse(document.getElementById("stripe-session").textContent);
  const button = form.querySelector("[type=submit]");
  const problem = form.querySelector("[data-problem]");

  const leave = () => location.assign(session.return_url);
  const complain = (text) => {
    problem.textContent = text || form.dataset.failed;
    problem.hidden = false;
  };
  const wait = (isWaiting) => {
    button.disabled = isWaiting;
    button.setAttribute("aria-busy", String(isWaiting));
  };

  if (session.is_over) return leave(); // paid in another tab, or before a reload
  if (!window.Stripe) return complain(form.dataset.unreachable);

  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const options = session.account ? { stripeAccount: session.account } : {};
  const stripe = window.Stripe(session.publishable_key, { ...options, locale: session.language });
  const elements = stripe.elements({
    clientSecret: session.client_secret,
    appearance: { theme: isDark ? "night" : "stripe", variables: { fontSizeBase: "18px", spacingUnit: "5px" } },
  });
  const card = elements.create("payment", { layout: "tabs" });
  card.on("ready", () => wait(false));
  card.on("loaderror", () => complain(form.dataset.unreachable));
  card.mount(form.querySelector("[data-card]"));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wait(true);
    problem.hidden = true;
    const confirm = session.kind === "setup" ? "confirmSetup" : "confirmPayment";
    try {
      // Where it works, Stripe leads the guest to return_url, by way of the bank if need be.
      const { error } = await stripe[confirm]({ elements, confirmParams: { return_url: session.return_url } });
      const status = (error?.payment_intent || error?.setup_intent)?.status;
      if (status && !STILL_OPEN.includes(status)) return leave(); // over already: the server knows more
      // Stripe words these two kinds for guests; the others are for programmers.
      const isForGuests = ["card_error", "validation_error"].includes(error?.type);
      complain(isForGuests ? error.message : "");
    } catch {
      complain();
    }
    wait(false);
  });
}

const form = document.querySelector("[data-stripe]");
if (form) startPaying(form);

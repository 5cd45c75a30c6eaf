// Passkeys are asked for by allauth's own script; when the ceremony fails, the page says so.

export function explainPasskeys() {
  document.addEventListener("allauth.error", (event) => {
    const problem = document.querySelector("[data-passkey-problem]");
    if (!problem) return;
    event.preventDefault();
    problem.hidden = true;
    requestAnimationFrame(() => {
      problem.hidden = false;
    });
  });
}

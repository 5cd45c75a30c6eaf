// What the forms of providers share: a button that waits, a problem that is said, and the result that goes to our server.

export function cardForm(form) {
  const button = form.querySelector("[type=submit], [data-pay]");
  const problem = form.querySelector("[data-problem]");
  return {
    button,
    wait(isWaiting) {
      button.disabled = isWaiting;
      button.setAttribute("aria-busy", String(isWaiting));
    },
    complain(text) {
      problem.textContent = text || form.dataset.failed;
      problem.hidden = false;
    },
    forget() {
      problem.hidden = true;
    },
    // The plain way, without the listeners of the form: our server decides what comes next.
    send(source) {
      form.elements.source.value = source;
      HTMLFormElement.prototype.submit.call(form);
    },
  };
}

// The service worker of the site: shows notifications and opens the page they are about. It keeps nothing for use
// without a network yet, and so answers no requests of pages (no "fetch" handler).

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let message = {};
  try {
    message = event.data.json();
  } catch {
    // Without content: something has to be shown all the same, or the browser says so in its own words.
  }
  const { title = "ReserveHub", body = "", tag, url = "/", actions = [] } = message;
  const urls = Object.fromEntries(actions.map(({ action, url }) => [action, url]));
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      data: { url, urls },
      actions: actions.slice(0, 2).map(({ action, title }) => ({ action, title })),
    }),
  );
});

/** Only pages of this site are opened, whatever a message says. */
function address(url) {
  const wished = new URL(url || "/", self.location.origin);
  return wished.origin === self.location.origin ? wished.href : self.location.origin;
}

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = pages.find((page) => new URL(page.url).pathname === new URL(url).pathname);
  return same ? same.focus() : self.clients.openWindow(url);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, urls } = event.notification.data || {};
  event.waitUntil(open(address(urls?.[event.action] || url)));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  const old = event.oldSubscription;
  if (!old) return; // who we were is all the server knows us by; the page offers to connect again
  const renew = async () => {
    const fresh = event.newSubscription || (await self.registration.pushManager.subscribe(old.options));
    const { endpoint, keys } = fresh.toJSON();
    await fetch("/push/renew/", { method: "POST", body: new URLSearchParams({ old: old.endpoint, endpoint, ...keys }) });
  };
  event.waitUntil(renew());
});

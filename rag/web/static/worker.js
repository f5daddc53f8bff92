// Runs beside the page, once a browser has let it in. It keeps one page and an icon, and shows them where the server does
// not answer; whatever the server answers is shown as it is, so that nothing is ever older than the server.
const KEPT = "ql-shell-{version}";
const OFFLINE = "/install/offline.html";
const SHELL = [OFFLINE, "/install/icon-192.png"];

addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" })));
    await skipWaiting();
  };
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  const clear = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("ql-shell-") && name !== KEPT).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(clear());
});

const kept = async (path) => (await (await caches.open(KEPT)).match(path)) ?? Response.error();

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") {
    const answer = async () => {
      try {
        const found = await fetch(request);
        // What stands before a server that is not running says so with one of these.
        return found.status === 502 || found.status === 504 ? await kept(OFFLINE) : found;
      } catch {
        return kept(OFFLINE);
      }
    };
    event.respondWith(answer());
  } else if (pathname === SHELL[1]) event.respondWith(fetch(request).catch(() => kept(pathname)));
});

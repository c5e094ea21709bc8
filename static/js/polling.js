// Parts of pages that change by themselves. A part's address is good for two minutes; the page asks for the next ones,
// of all its parts together.
// What comes is morphed into what is there: focus, scroll, selections and ticked boxes stay.
(() => {
  const SECONDS = 2;
  const RENEW_SECONDS = 110;
  const ADDRESSES = "/live/addresses/";
  // The parts that are followed, and the request for their next addresses where one is under way.
  const followed = new Map();
  let renewing = null;

  // What a person has done to a box is the person's: the drawing knows nothing of it.
  const keepBoxes = (before, after) => {
    if (before.nodeType === 1 && before.matches('input[type="checkbox"][data-keep]')) after.checked = before.checked;
    return true;
  };
  const morph = (element, html) => {
    // What somebody types into is left alone; a link that has the focus is not.
    const types = document.activeElement && document.activeElement.matches('input:not([type="checkbox"]), textarea, select');
    Idiomorph.morph(element, html, { morphStyle: "innerHTML", ignoreActiveValue: Boolean(types), callbacks: { beforeNodeMorphed: (before, after) => !(before.nodeType === 1 && before.hasAttribute("data-keep-whole")) && keepBoxes(before, after) } });
    // The buttons that came know nothing of htmx yet, and it sends the token of this page, which no shared drawing has.
    htmx.process(element);
    tick();
    document.dispatchEvent(new CustomEvent("va:polled", { detail: element }));
  };

  const age = (state) => (Date.now() - state.renewed) / 1000;

  async function renewTogether(parts) {
    const query = new URLSearchParams(parts.map(([element]) => ["of", element.dataset.renew]));
    const answer = await fetch(`${ADDRESSES}?${query}`, { headers: { "HX-Request": "true" } });
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (answer.redirected || !(answer.headers.get("content-type") || "").includes("json")) {
      // The session ended: go to the log-in whole.
      parts.forEach(([, state]) => { state.isOver = true; });
      if (new URL(answer.url).pathname === document.body.dataset.loginPath) location.reload();
      return;
    }
    const { polls } = await answer.json();
    parts.forEach(([element, state]) => {
      // Who may not see a part, or not yet, keeps the page as it is.
      state.address = polls[element.dataset.renew] || "";
      state.isOver = !state.address;
      state.renewed = Date.now();
    });
  }

  async function renew(element, state) {
    if (renewing) await renewing.catch(() => {});
    if (state.isOver || (state.address && age(state) < 1)) return !state.isOver;
    const due = ([other, its]) => other === element || (other.isConnected && !its.isOver && (!its.address || age(its) > RENEW_SECONDS / 2));
    renewing = renewTogether([...followed].filter(due));
    try {
      await renewing;
    } finally {
      renewing = null;
    }
    return !state.isOver;
  }

  async function poll(element, state) {
    if ((!state.address || age(state) > RENEW_SECONDS) && !(await renew(element, state))) return;
    let answer = await fetch(state.address, { headers: state.mark ? { "If-None-Match": state.mark } : {} });
    if (answer.status === 404) {
      if (!(await renew(element, state))) return;
      answer = await fetch(state.address);
    }
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    state.heard = Date.now();
    const since = element.parentElement.querySelector("[data-poll-lost]");
    if (since) since.hidden = true;
    if (answer.status === 304) return;
    state.mark = answer.headers.get("etag") || "";
    morph(element, await answer.text());
  }

  function follow(element) {
    const every = Number(element.dataset.every || SECONDS) * 1000;
    const state = { address: element.dataset.poll, renewed: Date.now(), mark: "", heard: Date.now(), quietUntil: 0, isOver: false };
    followed.set(element, state);
    // What an action brought is newer than the drawing that polls share, until that is drawn again.
    element.addEventListener("htmx:afterSwap", () => { state.quietUntil = Date.now() + SECONDS * 1000; state.mark = ""; });
    const again = async () => {
      if (!element.isConnected || state.isOver) {
        followed.delete(element);
        return;
      }
      if (!document.hidden && Date.now() >= state.quietUntil) {
        try {
          await poll(element, state);
        } catch {
          const lost = element.parentElement.querySelector("[data-poll-lost]");
          if (lost && Date.now() - state.heard > 3 * SECONDS * 1000) lost.hidden = false;
        }
      }
      setTimeout(again, every);
    };
    // A part that did not come with the page is asked for at once.
    setTimeout(again, state.address ? every : 0);
  }

  // Times that run, from the moment at which they began, by the server's clock.
  let ahead = 0;
  const two = (number) => String(number).padStart(2, "0");
  function tick() {
    document.querySelectorAll("[data-since]").forEach((element) => {
      const seconds = Math.max(0, Math.floor((Date.now() - ahead) / 1000 - Number(element.dataset.since)));
      const hours = Math.floor(seconds / 3600);
      const text = `${hours ? `${hours}:${two(Math.floor(seconds / 60) % 60)}` : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
      if (element.textContent !== text) element.textContent = text;
    });
  }

  // How many boxes are ticked, on the button that acts on them.
  function count(root) {
    const boxes = document.querySelectorAll('input[type="checkbox"][data-keep]');
    const ticked = [...boxes].filter((box) => box.checked).length;
    document.querySelectorAll("[data-ticked-count]").forEach((element) => { element.textContent = ticked; });
    document.querySelectorAll("[data-needs-ticked]").forEach((element) => { element.disabled = !ticked; });
    return root;
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) {
      document.querySelectorAll('input[type="checkbox"][data-keep]').forEach((box) => { box.checked = event.target.checked; });
    }
    count(document);
  });
  document.addEventListener("va:polled", () => count(document));

  // The banners hold forms with the page's own token: where others are up than the page shows, it asks for them itself.
  document.addEventListener("va:polled", (event) => {
    const told = event.detail.querySelector("[data-bars]");
    const shown = document.getElementById("bars-signature");
    if (told && shown && told.dataset.bars !== shown.value) {
      htmx.ajax("GET", `${told.dataset.source}?bars=${encodeURIComponent(shown.value)}`, { target: event.detail, swap: "innerHTML" });
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const now = document.querySelector("[data-server-now]");
    if (now) ahead = Date.now() - Number(now.dataset.serverNow) * 1000;
    document.querySelectorAll("[data-poll]").forEach(follow);
    tick();
    count(document);
    setInterval(tick, 1000);
  });
})();

// Small behaviours of every page. No inline handlers: everything is found by its data- attribute.
(() => {
  const by = (selector, root = document) => root.querySelector(selector);

  // htmx: the CSRF token on every write, and a loading line on slow requests.
  let timer = 0;
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = by('meta[name="csrf-token"]').content;
    if (event.detail.verb !== "get" || event.target.id !== "list-filter") return;
    // Filters that are not used stay out of the address.
    for (const [name, value] of [...event.detail.formData.entries()]) {
      const isUsual = name === "per_page" && value === by('[name="per_page"][form="list-filter"]')?.dataset.usual;
      if ((value === "" && name !== "view") || isUsual) event.detail.formData.delete(name);
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest("[data-quiet]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.add("is-loading"), 150);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.closest("[data-quiet]")) return;
    clearTimeout(timer);
    document.body.classList.remove("is-loading");
  });
  // A session that ended, or a page that may not be seen: go there whole rather than paint it into a corner.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const path = new URL(event.detail.xhr.responseURL || location.href).pathname;
    if (path === document.body.dataset.loginPath && path !== location.pathname) {
      event.detail.shouldSwap = false;
      location.assign(path + "?next=" + encodeURIComponent(location.pathname + location.search));
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target.closest("[data-quiet]")) return;
    showToast(document.body.dataset.errorText, "error");
  });

  // A question opens in the dialog; without htmx its link leads to the same as a page. The browser gives the focus back.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "ask-dialog") return;
    if (!event.target.open) event.target.showModal();
    by("#ask-typed, [data-close-ask]", event.target).focus();
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("#ask-dialog");
    if (!dialog) return;
    if (event.target === dialog || event.target.closest("[data-close-ask]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  document.addEventListener("input", (event) => {
    const typed = event.target;
    if (!typed.dataset.typed) return;
    typed.setCustomValidity(typed.value.trim() === typed.dataset.typed ? "" : typed.labels[0].textContent);
  });

  // Toasts leave by themselves; errors stay until they are closed.
  function showToast(text, tag) {
    const line = by("#toast-template").content.firstElementChild.cloneNode(true);
    line.classList.add(tag);
    by("p", line).textContent = text;
    by("#toasts").append(line);
    ageToasts();
  }
  function ageToasts() {
    document.querySelectorAll(".toast-line:not([data-aged])").forEach((line) => {
      line.dataset.aged = "1";
      if (line.classList.contains("error")) return;
      setTimeout(() => line.remove(), by("[data-undo]", line) ? 30000 : 7000);
    });
  }
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-toast]");
    if (close) close.closest(".toast-line").remove();
  });

  // Copy a secret (or anything) to the clipboard.
  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copyText(by(button.dataset.copy).textContent.trim());
    showToast(document.body.dataset.copiedText, "success");
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle-filters]");
    if (!button) return;
    const shown = by("#" + button.getAttribute("aria-controls")).classList.toggle("show");
    button.setAttribute("aria-expanded", String(shown));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-hide-secret]");
    if (button) location.reload();
  });

  // Keys: / searches, ? helps, g then a letter goes, n is new, e edits.
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  let goes = false;
  const follow = (selector) => {
    const link = by(selector);
    if (link) link.click();
    return Boolean(link);
  };
  function press(key) {
    if (goes) {
      goes = false;
      return follow(`[data-go="${key}"]`);
    }
    if (key === "/") {
      by("#global-search").focus();
      return true;
    }
    if (key === "?") {
      bootstrap.Modal.getOrCreateInstance(by("#keys-dialog")).show();
      return true;
    }
    if (key === "g") {
      goes = true;
      setTimeout(() => (goes = false), 1200);
      return true;
    }
    if (key === "[" || key === "]") return follow(`.neighbours a[rel="${key === "[" ? "prev" : "next"}"]:not([hidden])`);
    return (key === "n" || key === "e") && follow(`[data-key="${key}"]`);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest(".global-search")) {
      closeResults();
      // From a hit back into the box, and from the box back to the page.
      if (event.target.id === "global-search") event.target.blur();
      else by("#global-search").focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (by("#global-search") && press(event.key)) event.preventDefault();
  });
  function closeResults() {
    const results = by("#search-results");
    if (results) results.replaceChildren();
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".global-search")) closeResults();
  });
  document.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest(".global-search")) return;
    const stops = [by("#global-search"), ...document.querySelectorAll("#search-results a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[(next + stops.length) % stops.length].focus();
    event.preventDefault();
  });

  // The panel's clock, in the panel's zone.
  function tick() {
    document.querySelectorAll("[data-clock]").forEach((element) => {
      const options = { timeZone: element.dataset.clock, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
      element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date());
    });
  }
  setInterval(tick, 1000);

  // Rows of a form: add one from the template, take one off.
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (!add) return;
    const holder = add.closest("[data-rows]");
    const total = by('[name$="-TOTAL_FORMS"]', holder);
    const fragment = by("template", holder).content.cloneNode(true);
    fragment.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((element) => {
      ["name", "id", "for", "aria-describedby"].forEach((attribute) => {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replaceAll("__prefix__", total.value));
      });
    });
    const position = fragment.querySelector('[name$="-position"]');
    by("[data-row-list]", holder).append(fragment);
    if (position) position.value = Number(total.value) + 1;
    total.value = Number(total.value) + 1;
    const rows = holder.querySelectorAll(".row-form");
    const first = by("input:not([type=hidden]), select", rows[rows.length - 1]);
    if (first) first.focus();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches('.row-form [name$="-DELETE"]')) return;
    event.target.closest(".row-form").classList.toggle("removed", event.target.checked);
  });

  // A field that matters only for one choice of another: data-show-when="name=value".
  function showDependents(root) {
    root.querySelectorAll("[data-show-when]").forEach((element) => {
      const [name, wanted] = element.dataset.showWhen.split("=");
      const source = by(`[name="${name}"]`);
      const box = element.closest(".field") || element;
      if (source) box.hidden = !wanted.split("|").includes(source.value);
    });
  }
  document.addEventListener("change", () => showDependents(document));

  // Rows that are chosen in a list: all of the page by one box, how many they are, all of the filter.
  function countChosen(region) {
    const boxes = [...region.querySelectorAll('input[name="pk"]')];
    const chosen = boxes.filter((box) => box.checked).length;
    region.querySelectorAll("[data-choose-page]").forEach((all) => {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    });
    const everything = by('input[name="everything"]', region);
    region.querySelectorAll("[data-chosen]").forEach((element) => {
      element.textContent = everything && everything.checked ? "" : chosen ? element.dataset.chosen.replace("#", chosen) : "";
    });
  }
  document.addEventListener("change", (event) => {
    const region = event.target.closest(".list-region");
    if (!region || !event.target.matches('[data-choose-page], input[name="pk"], input[name="everything"]')) return;
    if (event.target.matches("[data-choose-page]")) {
      region.querySelectorAll('input[name="pk"]').forEach((box) => (box.checked = event.target.checked));
    }
    countChosen(region);
  });
  // A field that is changed is one to be changed.
  document.addEventListener("input", (event) => {
    const pair = event.target.closest("[data-edit-pair]");
    if (pair && !event.target.matches('[name^="set_"]')) by('[name^="set_"]', pair).checked = true;
  });

  // Ctrl+Enter saves; a form's page begins in its first field, or in the first that was refused.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest('form[method="post"]');
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(by(".form-actions [type=submit]", form) || undefined);
  });
  function focusFirst() {
    const form = by("[data-focus-first]");
    // A finger's keyboard would cover the form.
    if (!form || matchMedia("(pointer: coarse)").matches || (document.activeElement && document.activeElement !== document.body)) return;
    const fields = "input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";
    const shown = (selector) => [...form.querySelectorAll(selector)].find((field) => field.offsetParent !== null);
    const first = shown('[aria-invalid="true"]') || shown(fields);
    if (first) first.focus({ preventScroll: !first.matches('[aria-invalid="true"]') });
  }

  // The list that one comes from, in its order: an object's page offers the one before and the one after.
  const keptList = (address) => JSON.parse(sessionStorage.getItem("list:" + address) || "null");
  function keepList() {
    const region = by("#list-region");
    if (!region) return;
    const page = (rel) => by(`.list-foot a[rel="${rel}"]`, region)?.getAttribute("href") || "";
    const items = [...region.querySelectorAll("tbody a.row-link")].map((link) => ({ href: link.getAttribute("href"), text: link.textContent.trim() }));
    const kept = { from: location.pathname + location.search, items, before: page("prev"), after: page("next") };
    try { sessionStorage.setItem("list:" + location.pathname, JSON.stringify(kept)); } catch { /* no room: no neighbours */ }
  }
  function showNeighbours() {
    const holder = by("[data-neighbours]");
    const kept = holder && keptList(holder.dataset.neighbours);
    if (!kept) return;
    const parent = by(`.crumbs a[href="${holder.dataset.neighbours}"]`);
    if (parent) parent.href = kept.from;
    const place = kept.items.findIndex((item) => item.href === location.pathname);
    if (place < 0) return;
    const lead = (rel, item, page) => {
      const link = by(`a[rel="${rel}"]`, holder);
      link.hidden = !item && !page;
      if (link.hidden) return;
      link.href = item ? item.href : page;
      link.title = item ? item.text : link.dataset.page;
      by("span", link).textContent = item ? `${link.dataset.word}: ${item.text}` : link.dataset.page;
    };
    lead("prev", kept.items[place - 1], kept.before);
    lead("next", kept.items[place + 1], kept.after);
    holder.hidden = false;
  }

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // A menu closes by Escape and by a click beside it; its columns move without asking the server.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const line = button.closest("li");
    const isUp = button.dataset.move === "up";
    const other = isUp ? line.previousElementSibling : line.nextElementSibling;
    if (other) other[isUp ? "before" : "after"](line);
    button.focus();
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    by("summary", menu).focus();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  // A table that fits needs no scroll area of its own: then its heading stays in sight while the page scrolls.
  function fitTables() {
    document.querySelectorAll(".table-scroll").forEach((area) => {
      area.classList.remove("fits");
      area.classList.toggle("fits", area.scrollWidth <= area.clientWidth);
    });
  }
  window.addEventListener("resize", fitTables);
  document.addEventListener("htmx:afterSwap", () => { ageToasts(); showDependents(document); fitTables(); keepList(); });
  document.addEventListener("htmx:pushedIntoHistory", keepList);
  document.addEventListener("DOMContentLoaded", () => { tick(); ageToasts(); showDependents(document); fitTables(); keepList(); showNeighbours(); focusFirst(); });
})();

// Fields in which one of many objects is picked by typing: a combobox after the ARIA Authoring Practices.
// Every element is found by its data- attribute, so that rows which are added later work as well.
(() => {
  let number = 0;
  let timer = 0;
  let asked = 0;
  const partsOf = (input) => {
    const box = input.closest("[data-pick]");
    return { box, key: box.querySelector(":scope > input[type=hidden]"), list: box.querySelector("[role=listbox]") };
  };
  const isPick = (target) => target instanceof Element && target.matches("[data-pick] [role=combobox]");

  function close(input) {
    const { list } = partsOf(input);
    if (list) list.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.removeAttribute("aria-controls");
  }

  // As a person's own answer would: previews listen to the one, filters to the other.
  function tell(element) {
    for (const name of ["input", "change"]) element.dispatchEvent(new Event(name, { bubbles: true }));
  }

  function setKey(input, value) {
    const { key } = partsOf(input);
    if (!key || key.value === value) return;
    key.value = value;
    tell(key);
  }

  function take(input, option) {
    const { box } = partsOf(input);
    if ("pickMany" in box.dataset) return takeOneMore(input, option, box);
    input.value = option.dataset.text;
    setKey(input, option.dataset.value);
    close(input);
  }

  function takeOneMore(input, option, box) {
    const there = [...box.querySelectorAll("input[type=checkbox]")].find((other) => other.value === option.dataset.value);
    if (there) there.checked = true;
    else {
      const line = box.querySelector("template").content.firstElementChild.cloneNode(true);
      line.querySelector("input").value = option.dataset.value;
      line.querySelector("span").textContent = option.dataset.text;
      box.querySelector("[data-picked]").append(line);
    }
    input.value = "";
    close(input);
    tell(box);
  }

  function activate(input, option) {
    const { list } = partsOf(input);
    list.querySelectorAll("[aria-selected=true]").forEach((other) => other.setAttribute("aria-selected", "false"));
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function addressOf(input, text) {
    const { box } = partsOf(input);
    const parameters = new URLSearchParams({ q: text });
    for (const pair of (box.dataset.follows || "").split(" ").filter(Boolean)) {
      const [field, condition] = pair.split(":");
      const other = input.form?.elements[field];
      if (other && other.value) parameters.set(condition, other.value);
    }
    const address = box.dataset.pick;
    return address + (address.endsWith("?") ? "" : "&") + parameters;
  }

  async function open(input, text) {
    const mine = ++asked;
    const answer = await fetch(addressOf(input, text), { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || document.activeElement !== input) return;
    if (!answer || !answer.ok || !(answer.headers.get("Content-Type") || "").includes("json")) return close(input);
    draw(input, await answer.json());
  }

  function draw(input, found) {
    close(input);
    const { box } = partsOf(input);
    const list = document.createElement("ul");
    list.id = `pick-${++number}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || "");
    found.options.forEach((one, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.value = one.value;
      option.dataset.text = one.text;
      option.textContent = one.text;
      list.append(option);
    });
    const words = document.body.dataset;
    const note = found.options.length === 0 ? words.pickNone : found.has_more ? words.pickMore : "";
    if (note) {
      const line = document.createElement("li");
      line.setAttribute("role", "option");
      line.setAttribute("aria-disabled", "true");
      line.className = "pick-note";
      line.textContent = note;
      list.append(line);
    }
    box.append(list);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
  }

  document.addEventListener("input", (event) => {
    if (!isPick(event.target)) return;
    const input = event.target;
    setKey(input, "");
    clearTimeout(timer);
    timer = setTimeout(() => open(input, input.value), 150);
  });
  document.addEventListener("click", (event) => {
    if (isPick(event.target) && event.target.getAttribute("aria-expanded") === "false") open(event.target, "");
  });
  // Before the field loses the focus, so that nothing closes first.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("[data-pick] [role=option]");
    if (!option) return;
    event.preventDefault();
    if (option.dataset.value) take(option.closest("[data-pick]").querySelector("[role=combobox]"), option);
  });
  document.addEventListener("focusout", (event) => {
    if (!isPick(event.target)) return;
    const input = event.target;
    clearTimeout(timer);
    asked++;
    if (input.value.trim() === "") setKey(input, "");
    close(input);
  });
  document.addEventListener("keydown", (event) => {
    if (!isPick(event.target)) return;
    const input = event.target;
    const { list } = partsOf(input);
    const options = list ? [...list.querySelectorAll("[data-value]")] : [];
    const active = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!list) return void open(input, partsOf(input).key?.value ? "" : input.value);
      if (!options.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const start = active < 0 && step < 0 ? 0 : active;
      activate(input, options[(start + step + options.length) % options.length]);
    } else if (event.key === "Enter" && list && active >= 0) {
      event.preventDefault();
      take(input, options[active]);
    } else if (event.key === "Escape" && list) {
      event.stopPropagation();
      close(input);
    }
  }, true);
  // A form sends the key that was chosen, or the text where none was; which key the text was written for matters only
  // where no script forgets it.
  document.addEventListener("formdata", (event) => {
    event.target.querySelectorAll?.("[data-pick]:not([data-pick-many]) [role=combobox]").forEach((input) => {
      const name = input.name.slice(0, -"_text".length);
      event.formData.delete(`${name}_was`);
      if (event.formData.get(name)) event.formData.delete(input.name);
    });
  });
  // A field that follows another one forgets what it had when the other changes.
  document.addEventListener("change", (event) => {
    const name = event.target.name;
    if (!name || event.target.type !== "hidden") return;
    document.querySelectorAll("[data-follows]").forEach((box) => {
      if (!box.dataset.follows.split(" ").some((pair) => pair.split(":")[0] === name)) return;
      const input = box.querySelector("[role=combobox]");
      input.value = "";
      setKey(input, "");
    });
  });
})();

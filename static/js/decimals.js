// Beside each amount: what it is read as while it is typed, by the rule that reads it when the form is sent.
(() => {
  const PAUSE_MS = 250;
  const waiting = new WeakMap();

  const outputOf = (input) => document.getElementById(`${input.id}-echo`);
  const currencyOf = (input) => {
    const field = input.form && input.form.elements.namedItem("currency");
    return (field && field.value) || input.dataset.currency;
  };

  async function read(input) {
    const output = outputOf(input);
    const typed = input.value;
    const address = new URL(input.dataset.reading, location.href);
    address.searchParams.set("text", typed);
    address.searchParams.set("currency", currencyOf(input));
    let reading = { text: "", refused: false };
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) reading = await answer.json();
    } catch {
      // Away from the panel nothing is said; the form says it when it is sent.
    }
    // Only the answer to what stands there now counts.
    if (input.value !== typed) return;
    output.textContent = reading.text;
    output.classList.toggle("refused", reading.refused);
  }

  function readSoon(input) {
    clearTimeout(waiting.get(input));
    waiting.set(input, setTimeout(() => read(input), PAUSE_MS));
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-reading]")) readSoon(event.target);
    if (event.target.name !== "currency" || !event.target.form) return;
    event.target.form.querySelectorAll("[data-reading]").forEach((input) => input.value && readSoon(input));
  });
})();

// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const stored = () => localStorage.getItem("va-theme") || "auto";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = stored();
    const theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
      button.classList.toggle("active", button.dataset.themeChoice === chosen);
    });
    document.dispatchEvent(new CustomEvent("va:theme", { detail: theme }));
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    localStorage.setItem("va-theme", button.dataset.themeChoice);
    apply();
  });
})();

// Light or dark: as the system says, until somebody chooses.
const themeKey = "evento-theme";
const themes = ["system", "light", "dark"];

export function theme() {
  const kept = localStorage.getItem(themeKey) ?? "system";
  return themes.includes(kept) ? kept : "system";
}

/** Shows the page in the chosen theme. */
export function applyTheme() {
  document.documentElement.dataset["theme"] = theme();
}

export function nextTheme() {
  localStorage.setItem(themeKey, themes[(themes.indexOf(theme()) + 1) % themes.length] ?? "system");
  applyTheme();
}

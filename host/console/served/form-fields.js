// What somebody has filled in.

/** Texts of a form's fields by name, without spaces around them. @param {EventTarget | null} form @returns {{ [name: string]: string }} */
export function fieldsOf(form) {
  if (!(form instanceof HTMLFormElement)) return {};
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value.trim() : ""]),
  );
}

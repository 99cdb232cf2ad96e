/** Text for cells of CSV files: spreadsheets run what looks like a formula, and clients choose names. */

/**
 * What OWASP lists under "CSV injection": a cell that begins so is a formula, also with the full-width signs of Chinese
 * and Japanese keyboards. Some spreadsheets skip space before it.
 */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/

/** The apostrophe makes it text again. */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

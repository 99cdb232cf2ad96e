/** Texts name commands as `gpt-proxy …`; where it is not on the PATH, they must say what can be pasted instead. */

export const PROGRAM = 'gpt-proxy'

/** The program's name in front of a command, an option or commander's placeholder, but not in a path or after npx. */
const CALL =
  /(?<![\w./-]|npx )gpt-proxy(?= (?:--|\[|(?:serve|health|doctor|init|usage|audit|chat|console|backup|restore|user|key|upstream|model|route|quota|price|config|migrate|encryption)\b))/g

/** `command` is how the program is called here, such as `npx gpt-proxy`: words of a shell. */
export function asTypedHere(text: string, command: string): string {
  return command === PROGRAM ? text : text.replace(CALL, () => command)
}

/** The console's files as base64, by their path; `scripts/compile.ts` puts them into the executable in place of this. */
export const CONSOLE_BUNDLE: Readonly<Record<string, string>> | null = null

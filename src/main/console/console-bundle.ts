/** The console's files as base64, by path; `scripts/compile.ts` replaces this file with them for the executable. */
export const CONSOLE_BUNDLE: Readonly<Record<string, string>> | null = null

/** Small settings kept in this browser. Blocked or full storage means defaults, never an error. */

export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(`console.${name}`)
  } catch {
    return null
  }
}

export function writeStored(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`console.${name}`)
    else localStorage.setItem(`console.${name}`, value)
  } catch {
    // The setting holds until the page is left.
  }
}

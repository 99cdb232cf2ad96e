/** Thoughts of calls that the threads of this process share, for as long as there is room. */

/** Of all texts together. */
const MAX_CHARACTERS = 64 * 1024 * 1024

export interface ThoughtShelf {
  recall(names: readonly string[]): (string | null)[]
  remember(entries: readonly (readonly [name: string, text: string])[]): void
}

export function createThoughtShelf(maxCharacters = MAX_CHARACTERS): ThoughtShelf {
  // In the order of their storing, so that the oldest is the first.
  const texts = new Map<string, string>()
  let characters = 0
  const forget = (name: string): void => {
    const size = sizeOf(name, texts.get(name))
    if (texts.delete(name)) characters -= size
  }
  return {
    recall: (names) => names.map((name) => texts.get(name) ?? null),
    remember(entries) {
      for (const [name, text] of entries) {
        forget(name)
        texts.set(name, text)
        characters += sizeOf(name, text)
      }
      for (const name of texts.keys()) {
        if (characters <= maxCharacters) break
        forget(name)
      }
    },
  }
}

function sizeOf(name: string, text = ''): number {
  return name.length + text.length
}

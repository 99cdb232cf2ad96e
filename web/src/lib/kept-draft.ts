/** What was typed into a form survives a reload of the page, in its tab. */
import { useEffect, useState } from 'react'

/**
 * Like `useState`. The draft is kept until its form is closed, which a reload or a crash does not do; `secret` fields are
 * never kept. `name` includes the version of what is edited, so that a draft meets only the values it began with.
 */
export function useKeptDraft<Draft extends object>(
  name: string,
  initial: () => Draft,
  secret: readonly (keyof Draft)[] = [],
) {
  const [place] = useState(`draft ${name}`)
  const [draft, setDraft] = useState<Draft>(() => ({ ...initial(), ...keptAt(place) }))
  useEffect(() => {
    const kept = Object.entries(draft).filter(([field]) => !secret.includes(field as keyof Draft))
    keepAt(place, JSON.stringify(Object.fromEntries(kept)))
  }, [place, draft, secret])
  useEffect(() => () => keepAt(place, null), [place])
  return [draft, setDraft] as const
}

/** Where the storage is blocked or full, the draft is only not kept. */
function keepAt(place: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, text)
  } catch {
    // The form itself still has it.
  }
}

function keptAt(place: string): object {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? '{}')
  } catch {
    return {}
  }
}

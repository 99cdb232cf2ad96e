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
    sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(kept)))
  }, [place, draft, secret])
  useEffect(() => () => sessionStorage.removeItem(place), [place])
  return [draft, setDraft] as const
}

function keptAt(place: string): object {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? '{}')
  } catch {
    return {}
  }
}

/** Objects that a vendor makes for another one: the runs of a deployment, the files of a session. */

/** The kind of the object that makes those of a kind. */
export const PARENT_KINDS: Readonly<Record<string, string>> = {
  deployment_run: 'deployment',
  session: 'deployment',
  file: 'session',
}

/** The id of the object that made an item of a list; null if a client made it. */
export function parentOf(kind: string, item: Readonly<Record<string, unknown>>): string | null {
  const { deployment_id, scope } = item
  const id = kind === 'file' ? (scope as { id?: unknown } | null | undefined)?.id : deployment_id
  return kind in PARENT_KINDS && typeof id === 'string' ? id : null
}

/** What an operator's model changes in a request before it is sent on. */
import type { ModelParameters } from '../core/entities.ts'

type Body = Readonly<Record<string, unknown>>

/** Null if nothing changes, so that the client's bytes can be sent as they came. */
export function withParameters(body: Body, parameters: ModelParameters): Body | null {
  if (!changes(body, parameters)) return null
  const added = Object.entries(parameters.default).filter(([name]) => isMissing(body, name))
  const changed: Record<string, unknown> = {
    ...body,
    ...Object.fromEntries(added),
    ...parameters.set,
  }
  for (const name of parameters.drop) delete changed[name]
  return changed
}

/** Asked for every request, so it creates no object. */
function changes(body: Body, parameters: ModelParameters): boolean {
  for (const name in parameters.default) if (isMissing(body, name)) return true
  for (const name in parameters.set) if (body[name] !== parameters.set[name]) return true
  for (const name of parameters.drop) if (Object.hasOwn(body, name)) return true
  return false
}

function isMissing(body: Body, name: string): boolean {
  return body[name] === undefined || body[name] === null
}

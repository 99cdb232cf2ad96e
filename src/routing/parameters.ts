/** What an operator's model changes in a request before it is sent on. */
import type { ModelParameters } from '../core/entities.ts'

type Body = Readonly<Record<string, unknown>>

/** Null if nothing changes, so that the client's bytes can be sent as they came. */
export function withParameters(body: Body, parameters: ModelParameters): Body | null {
  const added = Object.entries(parameters.default).filter(
    ([name]) => body[name] === undefined || body[name] === null,
  )
  const forced = Object.entries(parameters.set).filter(([name, value]) => body[name] !== value)
  const dropped = parameters.drop.filter((name) => Object.hasOwn(body, name))
  if (added.length + forced.length + dropped.length === 0) return null
  const changed = { ...body, ...Object.fromEntries(added), ...Object.fromEntries(forced) }
  for (const name of dropped) delete (changed as Record<string, unknown>)[name]
  return changed
}

/** Marks for a cache on wires whose vendors cache by themselves: that is as good, but for how long it lasts. */
import type { CacheMark, Loss, NeutralRequest, Part, WireName } from './neutral.ts'

const TAKES_MARKS: ReadonlySet<WireName> = new Set(['messages', 'converse'])

export function reportLifetimes(request: NeutralRequest, wire: WireName, losses: Loss[]): void {
  if (TAKES_MARKS.has(wire) || request.dialect === wire) return
  if (request.turns.some(({ parts }) => parts.some(hasLifetime)) || request.tools.some(isTimed))
    losses.push({
      field: 'cache_control.ttl',
      how: 'dropped',
      why: 'the upstream decides how long it caches',
    })
}

function hasLifetime(part: Part): boolean {
  return isTimed(part) || (part.type === 'result' && part.parts.some(hasLifetime))
}

function isTimed(holder: object): boolean {
  return typeof (holder as { cache?: CacheMark }).cache?.ttl === 'string'
}

/** Arranges a conversation as the stricter wires want it: results right after their calls, no empty texts. */
import { invalidRequest } from '../../core/errors.ts'
import type { CallPart, Part, ResultPart, Turn } from './neutral.ts'

/**
 * Neighbours of one role are joined. Results follow the turn of their calls, in the calls' order, before
 * anything else that the user said. Blank texts go, and turns that are empty then. Throws `invalid_request`
 * for a call without its result and for a result without its call, naming `field`.
 */
export function arrangeTurns(turns: readonly Turn[], field: string): Turn[] {
  const results = new Map<string, ResultPart[]>()
  for (const turn of turns) {
    for (const part of turn.parts) {
      if (part.type !== 'result') continue
      const same = results.get(part.callId)
      if (same === undefined) results.set(part.callId, [part])
      else same.push(part)
    }
  }
  const arranged: Turn[] = []
  for (const turn of joinTurns(turns)) {
    const others = turn.parts.filter((part) => part.type !== 'result')
    if (others.length > 0) arranged.push({ role: turn.role, parts: others })
    const calls = turn.parts.filter((part) => part.type === 'call')
    if (calls.length > 0) arranged.push({ role: 'user', parts: answersTo(calls, results, field) })
  }
  for (const [callId, left] of results) if (left.length > 0) throw orphan(callId, field)
  return joinTurns(arranged)
}

function answersTo(
  calls: readonly CallPart[],
  results: Map<string, ResultPart[]>,
  field: string,
): ResultPart[] {
  return calls.map(({ id, name }) => {
    const result = results.get(id)?.shift()
    if (result !== undefined) return { ...result, name }
    throw invalidRequest(
      `call '${id}' of tool '${name}' has no result; send its result before the next turn`,
      field,
    )
  })
}

function orphan(callId: string, field: string): Error {
  return invalidRequest(
    `the tool result '${callId}' answers no call in this conversation; send the call before it`,
    field,
  )
}

export function holdsNoText(field: string): Error {
  return invalidRequest('the conversation contains no text; send a user message', field)
}

/** Joins neighbours of one role and drops blank texts, which Claude refuses. */
export function joinTurns(turns: readonly Turn[]): Turn[] {
  const joined: { role: Turn['role']; parts: Part[] }[] = []
  for (const turn of turns) {
    const parts = turn.parts.filter((part) => !isBlank(part))
    if (parts.length === 0) continue
    const last = joined.at(-1)
    if (last !== undefined && last.role === turn.role) last.parts.push(...parts)
    else joined.push({ role: turn.role, parts })
  }
  return joined
}

/** A blank text that carries neither a signature nor a mark has nothing to say. */
export function isBlank(part: Part): boolean {
  return part.type === 'text' && part.signature === undefined && part.text.trim() === ''
}

/** The system turns at the start, and the rest. */
export function splitSystem(turns: readonly Turn[]): { system: Part[]; rest: readonly Turn[] } {
  const first = turns.findIndex((turn) => turn.role !== 'system')
  const end = first < 0 ? turns.length : first
  return { system: turns.slice(0, end).flatMap((turn) => turn.parts), rest: turns.slice(end) }
}

/** A system turn in the middle, where the wire has none: the user's text in tags, at its place. */
export function systemAsUser(turn: Turn): Turn {
  if (turn.role !== 'system') return turn
  const parts = turn.parts.map(
    (part): Part =>
      part.type === 'text' ? { ...part, text: `<system>\n${part.text}\n</system>` } : part,
  )
  return { role: 'user', parts }
}

/** The texts of parts, joined by line feeds. */
export function textOf(parts: readonly Part[]): string {
  const texts: string[] = []
  for (const part of parts)
    if (part.type === 'text' || part.type === 'refusal') texts.push(part.text)
  return texts.join('\n')
}

/**
 * What a client's protocol has no place for and the upstream wants back: the signed thought before a call, and
 * the call's own signature. Kept by the call's id, which every client returns.
 */

import type { StreamEvent } from '../neutral/answer.ts'
import { isObject, parseJson } from '../neutral/fields.ts'
import type {
  CallPart,
  NeutralRequest,
  Part,
  ReasoningPart,
  Signature,
  Turn,
} from '../neutral/neutral.ts'

/** What belongs to one call. */
export interface Remembered {
  thoughts: readonly ReasoningPart[]
  signature: Signature | null
}

/** Gathers thoughts and calls of an answer; texts pass by. */
export class ThoughtMemory {
  private readonly open = new Map<number, ReasoningPart | CallPart>()
  private pending: ReasoningPart[] = []
  private readonly calls = new Map<string, Remembered>()

  add(event: StreamEvent): void {
    if (event.type === 'open') {
      if (event.part.type === 'reasoning' || event.part.type === 'call')
        this.open.set(event.index, event.part)
    } else if (event.type === 'delta') this.more(event.index, event.text)
    else if (event.type === 'close') this.close(event.index, event.signature)
  }

  addPart(part: Part): void {
    if (part.type === 'reasoning' && part.signature !== undefined) this.pending.push(part)
    else if (part.type === 'call') this.keep(part)
  }

  /** By call id; only the calls that have something to remember. */
  found(): ReadonlyMap<string, Remembered> {
    return this.calls
  }

  private more(index: number, text: string): void {
    const part = this.open.get(index)
    if (part?.type === 'reasoning') this.open.set(index, { ...part, text: part.text + text })
  }

  private close(index: number, signature: Signature | undefined): void {
    const part = this.open.get(index)
    if (part === undefined) return
    this.open.delete(index)
    this.addPart(signature === undefined ? part : { ...part, signature })
  }

  /** The thoughts before several calls belong to the first of them. */
  private keep({ id, signature }: CallPart): void {
    const thoughts = this.pending
    this.pending = []
    if (thoughts.length > 0 || signature !== undefined)
      this.calls.set(id, { thoughts, signature: signature ?? null })
  }
}

/** The ids of calls whose thought or signature did not come back with the request. */
export function unsignedCalls({ turns }: NeutralRequest): string[] {
  const ids: string[] = []
  for (const { parts } of turns)
    for (const part of parts)
      if (part.type === 'call' && part.signature === undefined) ids.push(part.id)
  return ids
}

/** The request with what was remembered at its place. Thoughts that the client returned signed are kept instead. */
export function recalled(
  request: NeutralRequest,
  found: ReadonlyMap<string, Remembered>,
): NeutralRequest {
  if (found.size === 0) return request
  return { ...request, turns: request.turns.map((turn) => recalledTurn(turn, found)) }
}

function recalledTurn(turn: Turn, found: ReadonlyMap<string, Remembered>): Turn {
  if (
    turn.role !== 'model' ||
    !turn.parts.some((part) => part.type === 'call' && found.has(part.id))
  )
    return turn
  const signed = turn.parts.some(
    (part) => part.type === 'reasoning' && part.signature !== undefined,
  )
  const parts = signed ? turn.parts : turn.parts.filter((part) => part.type !== 'reasoning')
  const thoughts = signed ? [] : parts.flatMap((part) => rememberedOf(part, found)?.thoughts ?? [])
  const calls = parts.map((part): Part => {
    const signature = rememberedOf(part, found)?.signature
    return part.type === 'call' && part.signature === undefined && signature
      ? { ...part, signature }
      : part
  })
  return { ...turn, parts: [...thoughts, ...calls] }
}

function rememberedOf(part: Part, found: ReadonlyMap<string, Remembered>): Remembered | undefined {
  return part.type === 'call' ? found.get(part.id) : undefined
}

export function writeRemembered(remembered: Remembered): string {
  return JSON.stringify(remembered)
}

/** Null for what is not ours. */
export function readRemembered(text: string): Remembered | null {
  const value = parseJson(text)
  return isObject(value) && Array.isArray(value.thoughts) ? (value as unknown as Remembered) : null
}

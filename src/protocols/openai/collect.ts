/** Puts the chunks of a stream together again. */
import type { Endpoint } from '../protocol.ts'

type Fields = Record<string, unknown>

export interface Collected {
  /** Fields of the chunks that are the reply's own: id, created, model and whatever else came. */
  shared: Fields
  choices: Map<number, Fields>
  usage: unknown
  done: boolean
}

export function openCollected(): Collected {
  return { shared: {}, choices: new Map(), usage: undefined, done: false }
}

export function addChunk(collected: Collected, chunk: Readonly<Fields>): void {
  const { choices, usage, ...shared } = chunk
  for (const name in shared) collected.shared[name] ??= shared[name]
  if (usage !== undefined && usage !== null) collected.usage = usage
  if (Array.isArray(choices)) for (const choice of choices) addChoice(collected, choice)
}

function addChoice({ choices }: Collected, choice: Fields): void {
  const { index, delta, text, ...rest } = choice
  const at = typeof index === 'number' ? index : 0
  const known = choices.get(at) ?? { index: at }
  choices.set(at, known)
  for (const name in rest) {
    const value = rest[name]
    if (value !== null && value !== '') known[name] = merged(known[name], value, name)
  }
  if (typeof text === 'string') known.text = `${known.text ?? ''}${text}`
  if (typeof delta === 'object' && delta !== null)
    known.message = merged(known.message ?? {}, delta, 'message')
}

/** These are said once, or again in each chunk; all other texts are pieces of one. */
const WHOLE = new Set(['role', 'id', 'type', 'finish_reason', 'stop_reason', 'object', 'model'])

function merged(before: unknown, next: unknown, name: string): unknown {
  if (next === null || next === undefined) return before ?? next
  if (typeof next === 'string')
    return typeof before === 'string' && !WHOLE.has(name) ? before + next : next
  if (Array.isArray(next) && name === 'images') return pictures(before, next)
  if (Array.isArray(next)) return mergedList(Array.isArray(before) ? before : [], next)
  if (typeof next !== 'object') return next
  const fields = typeof before === 'object' && before !== null ? (before as Fields) : {}
  for (const [key, value] of Object.entries(next)) fields[key] = merged(fields[key], value, key)
  return fields
}

/** Each is whole, and some servers number those of each chunk from 0 again. */
function pictures(before: unknown, next: readonly unknown[]): unknown[] {
  const list: unknown[] = Array.isArray(before) ? before : []
  for (const picture of next)
    list.push(typeof picture === 'object' ? { ...picture, index: list.length } : picture)
  return list
}

/** A list that is still being collected: where the item of each index is. */
const PLACES = new WeakMap<unknown[], Map<number, number>>()

/**
 * Items with an index are pieces of the item with that index; any other is one more. The list is changed in place, for
 * an answer can have thousands of calls, each in thousands of pieces.
 */
function mergedList(list: unknown[], next: readonly unknown[]): unknown[] {
  const places = PLACES.get(list) ?? placesIn(list)
  PLACES.set(list, places)
  for (const item of next) {
    const index = indexOf(item)
    const at = typeof index === 'number' ? places.get(index) : undefined
    if (at !== undefined) {
      list[at] = merged(list[at], item, 'item')
      continue
    }
    if (typeof index === 'number') places.set(index, list.length)
    list.push(item)
  }
  return list
}

function placesIn(list: readonly unknown[]): Map<number, number> {
  const places = new Map<number, number>()
  for (const [at, item] of list.entries()) {
    const index = indexOf(item)
    if (typeof index === 'number' && !places.has(index)) places.set(index, at)
  }
  return places
}

function indexOf(item: unknown): unknown {
  return (item as { index?: unknown } | null)?.index
}

/** Null if nothing came, or not all of it. */
export function wholeReply(collected: Collected, endpoint: Endpoint): string | null {
  const choices = [...collected.choices.values()].sort((a, b) => Number(a.index) - Number(b.index))
  if (choices.length === 0) return null
  if (!collected.done && choices.some(({ finish_reason: reason }) => !reason)) return null
  const isChat = endpoint === 'chat/completions'
  return JSON.stringify({
    ...collected.shared,
    object: isChat ? 'chat.completion' : 'text_completion',
    choices: choices.map((choice) => (isChat ? chatChoice(choice) : choice)),
    ...(collected.usage !== undefined && { usage: collected.usage }),
  })
}

function chatChoice({ message, ...choice }: Fields): Fields {
  const { tool_calls: calls, ...said } = (message ?? {}) as Fields
  return {
    ...choice,
    message: {
      role: 'assistant',
      content: null,
      ...said,
      ...(Array.isArray(calls) && { tool_calls: calls.map(withoutIndex) }),
    },
    finish_reason: choice.finish_reason ?? 'stop',
  }
}

function withoutIndex(call: Fields): Fields {
  const { index: _, ...rest } = call
  return rest
}

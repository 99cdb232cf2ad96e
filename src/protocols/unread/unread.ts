/**
 * Finds what a reader of requests leaves unread below the top level of a body: fields that the neutral form has no
 * place for. In the same format they pass with the rest of the bytes; on any other each is a loss.
 */
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

/** `true`: read whole, or without effect on an answer. A list of one: its elements. A function: by the value. */
export type Shape = true | Fields | readonly [Shape] | ((value: JsonObject) => Shape)

export interface Fields {
  readonly [name: string]: Shape
}

/** For a neutral request: `{}` if nothing is left. Lists are written `[]`, so that each field is named once. */
export function unreadIn(body: JsonObject, shapes: Fields): { unread?: readonly string[] } {
  const found = new Set<string>()
  for (const name in shapes) find(body[name], shapes[name] as Shape, name, found)
  return found.size === 0 ? {} : { unread: [...found] }
}

function find(value: unknown, shape: Shape, path: string, found: Set<string>): void {
  if (shape === true || value === undefined || value === null) return
  if (isList(shape)) {
    if (!Array.isArray(value)) return
    for (const each of value) find(each, shape[0], `${path}[]`, found)
    return
  }
  if (!isObject(value)) return
  const fields = typeof shape === 'function' ? shape(value) : shape
  if (fields !== shape) {
    find(value, fields, path, found)
    return
  }
  for (const name in value) {
    if (value[name] === undefined || value[name] === null) continue
    const inner = Object.hasOwn(shape, name) ? (shape as Fields)[name] : undefined
    if (inner === undefined) found.add(`${path}.${name}`)
    else find(value[name], inner, `${path}.${name}`, found)
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

/** Each of these names, read whole. */
export function names(text: string): Fields {
  return Object.fromEntries(text.split(' ').map((name) => [name, true]))
}

/** By the value's `type`; another type is handed on whole, and judged elsewhere. */
export function byType(shapes: Readonly<Record<string, Shape>>, usual = ''): Shape {
  return ({ type = usual }) =>
    typeof type === 'string' && Object.hasOwn(shapes, type) ? (shapes[type] as Shape) : true
}

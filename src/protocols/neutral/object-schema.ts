/**
 * A tool's arguments are an object on every wire. OpenAI and Claude refuse a schema whose top is a reference, or one of
 * several alternatives ("input_schema does not support oneOf, allOf, or anyOf at the top level").
 */
import { isObject } from './fields.ts'
import type { JsonObject, Loss, NeutralRequest } from './neutral.ts'
import { mergedSchema, resolve, type Schema } from './schema.ts'

/** References to references, and alternatives within alternatives. */
const MAX_DEPTH = 16

/** A tool without arguments has an empty object of them. */
export function objectSchema(schema: JsonObject | null): JsonObject {
  const top = schema === null ? {} : plainTop(schema, schema, MAX_DEPTH)
  return { ...top, type: 'object', properties: isObject(top.properties) ? top.properties : {} }
}

/** That only one of several sets of arguments may be given cannot be said: all of them become optional. */
export function reportAlternatives({ tools, names }: NeutralRequest, losses: Loss[]): void {
  for (const tool of tools) {
    if (tool.type !== 'function' || tool.schema === null) continue
    const { anyOf, oneOf } = resolvedTop(tool.schema, tool.schema, MAX_DEPTH)
    if (objectsIn(anyOf ?? oneOf).length < 2) continue
    losses.push({
      field: names.tools,
      how: 'clamped',
      why: 'alternatives at the top of a schema become optional arguments',
    })
  }
}

function plainTop(schema: JsonObject, root: JsonObject, depth: number): Schema {
  const top = resolvedTop(schema, root, depth)
  if (depth === 0) return top
  const { anyOf, oneOf, ...rest } = top
  const alternatives = objectsIn(anyOf ?? oneOf).map((each) => plainTop(each, root, depth - 1))
  return alternatives.length === 0 ? rest : mergedSchema(rest, anyOfThese(alternatives))
}

/** With the references and the common parts of its top put in place. */
function resolvedTop(schema: JsonObject, root: JsonObject, depth: number): Schema {
  const { $ref, allOf, ...rest } = schema
  if (depth === 0) return rest
  const target = typeof $ref === 'string' ? resolve($ref, root) : undefined
  const common = Array.isArray(allOf) ? allOf.filter(isObject) : []
  return [...common, ...(target === undefined ? [] : [target])].reduce<Schema>(
    (merged, part) => mergedSchema(merged, resolvedTop(part, root, depth - 1)),
    rest,
  )
}

/** The properties of all of them; what each of them requires is required. */
function anyOfThese(alternatives: readonly Schema[]): Schema {
  const forms = new Map<string, unknown[]>()
  for (const { properties } of alternatives)
    for (const [name, form] of Object.entries(isObject(properties) ? properties : {})) {
      const known = forms.get(name) ?? []
      if (!known.some((one) => Bun.deepEquals(one, form))) forms.set(name, [...known, form])
    }
  const properties = [...forms].map(([name, each]) => [
    name,
    each.length === 1 ? each[0] : { anyOf: each },
  ])
  const [first, ...others] = alternatives.map(({ required }) =>
    Array.isArray(required) ? required : [],
  )
  const required = (first ?? []).filter((name) => others.every((each) => each.includes(name)))
  return { properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) }
}

/** Those that an object of arguments can be. */
function objectsIn(list: unknown): JsonObject[] {
  if (!Array.isArray(list)) return []
  return list.filter(isObject).filter(({ type = 'object' }) => [type].flat().includes('object'))
}

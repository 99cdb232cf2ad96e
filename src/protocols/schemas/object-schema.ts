/**
 * A tool's arguments are an object on every wire. OpenAI and Claude refuse a schema whose top is a reference, or one of
 * several alternatives ("input_schema does not support oneOf, allOf, or anyOf at the top level").
 */
import { isObject } from '../neutral/fields.ts'
import type { JsonObject, Loss, NeutralRequest, Output } from '../neutral/neutral.ts'
import { mergedSchema, resolve, type Schema } from './schema.ts'

interface Place {
  root: JsonObject
  /** The references that are being followed: a cycle is followed once. */
  open: readonly string[]
  spend: Spend
}

/**
 * Hears what each part of the work costs, and may throw to stop it: a few references may stand for millions of
 * alternatives. A step visits a schema, copies a member or a property, or compares some characters.
 */
export type Spend = (steps: number) => void

const CHARACTERS_PER_STEP = 8

const free: Spend = () => {}

/** A tool without arguments has an empty object of them. */
export function objectSchema(schema: JsonObject | null, spend: Spend = free): JsonObject {
  const top = schema === null ? {} : plainTop(schema, { root: schema, open: [], spend })
  return { ...top, type: 'object', properties: isObject(top.properties) ? top.properties : {} }
}

/** That only one of several sets of arguments may be given cannot be said: all of them become optional. */
export function reportAlternatives({ tools, names }: NeutralRequest, losses: Loss[]): void {
  for (const tool of tools) {
    if (tool.type !== 'function' || tool.schema === null) continue
    const top = topOf(tool.schema)
    if (objectsIn(top.anyOf ?? top.oneOf).length < 2) continue
    losses.push({
      field: names.tools,
      how: 'clamped',
      why: 'alternatives at the top of a schema become optional arguments',
    })
  }
}

/** The schema with the references and the common parts of its top put in place; its alternatives stay as they are. */
export function topOf(schema: JsonObject): JsonObject {
  return resolvedTop(schema, { root: schema, open: [], spend: free }).top
}

function plainTop(schema: JsonObject, at: Place): Schema {
  const { top, place } = resolvedTop(schema, at)
  const { anyOf, oneOf, ...rest } = top
  const alternatives = objectsIn(anyOf ?? oneOf).map((each) => plainTop(each, place))
  return alternatives.length === 0
    ? rest
    : mergedSchema([rest, anyOfThese(alternatives, place.spend)])
}

/** With the references and the common parts of its top put in place; `place` is where its alternatives are. */
function resolvedTop(schema: JsonObject, place: Place): { top: Schema; place: Place } {
  const { $ref, allOf, ...rest } = schema
  place.spend(1 + place.open.length)
  const isOpen = typeof $ref !== 'string' || place.open.includes($ref)
  const target = isOpen ? undefined : resolve($ref, place.root)
  const common = Array.isArray(allOf) ? allOf.filter(isObject) : []
  const parts = common.map((part) => resolvedTop(part, place))
  if (target !== undefined)
    parts.push(resolvedTop(target, { ...place, open: [...place.open, String($ref)] }))
  const opens = parts.flatMap((part) => part.place.open)
  place.spend(opens.length)
  const tops = [rest, ...parts.map(({ top }) => top)]
  for (const top of tops) place.spend(membersOf(top))
  return {
    top: mergedSchema(tops),
    place: parts.length === 0 ? place : { ...place, open: [...new Set(opens)] },
  }
}

function membersOf({ properties, required, ...rest }: JsonObject): number {
  const names = isObject(properties) ? Object.keys(properties).length : 0
  return Object.keys(rest).length + names + (Array.isArray(required) ? required.length : 0)
}

/** The properties of all of them; what each of them requires is required. */
function anyOfThese(alternatives: readonly Schema[], spend: Spend): Schema {
  const properties: Schema = {}
  for (const [name, forms] of formsByName(alternatives, spend))
    properties[name] = forms.length === 1 ? forms[0] : { anyOf: forms }
  const counts = new Map<unknown, number>()
  for (const { required } of alternatives)
    for (const name of new Set(Array.isArray(required) ? required : []))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  const required = [...counts.keys()].filter((name) => counts.get(name) === alternatives.length)
  return { properties, ...(required.length > 0 && { required }) }
}

/** The different forms of each property. A form that is referred to is one object, and compared once. */
function formsByName(
  alternatives: readonly Schema[],
  spend: Spend,
): [name: string, forms: unknown[]][] {
  const seen = new Map<string, Set<unknown>>()
  for (const { properties } of alternatives)
    for (const [name, form] of Object.entries(isObject(properties) ? properties : {})) {
      const forms = seen.get(name)
      if (forms === undefined) seen.set(name, new Set([form]))
      else forms.add(form)
    }
  return [...seen].map(([name, forms]) => {
    if (forms.size === 1) return [name, [...forms]]
    const different = new Map<string, unknown>()
    for (const form of forms) {
      const text = JSON.stringify(form)
      spend(Math.ceil(text.length / CHARACTERS_PER_STEP))
      different.set(text, form)
    }
    return [name, [...different.values()]]
  })
}

/** Those that an object of arguments can be. */
function objectsIn(list: unknown): JsonObject[] {
  if (!Array.isArray(list)) return []
  return list.filter(isObject).filter(({ type = 'object' }) => [type].flat().includes('object'))
}

/** Where a schema has no name and no description beside it, the description is the schema's own. */
export function describedSchema({
  schema,
  description,
}: Pick<Extract<Output, { type: 'schema' }>, 'schema' | 'description'>): JsonObject {
  if (description === undefined || schema.description !== undefined) return schema
  return { ...schema, description }
}

/** Every method of the official Node client that makes one call, found by walking the client and trying each once. */
import OpenAI from 'openai-7'
import type { Call } from './rig.ts'

type Method = (...given: unknown[]) => PromiseLike<unknown>

export interface SdkMethod extends Call {
  /** Calls it on another client, with fields for the body or the query. */
  call(client: OpenAI, fields: Record<string, unknown>): PromiseLike<unknown>
}

/** Names of the arguments that take fields; the last one of a call takes options; all others take an id. */
const FIELDS = ['body', 'params', 'query']
const OPTIONS = 'options'
/** They make several calls, or none: made of the methods that are called here. */
const HELPERS =
  /Poll$|^poll$|^upload|Stream$|^stream$|^runTools$|^parse$|^prepare$|^waitFor|^forResult$|^unwrap$|^verifySignature$|^constructor$|^_/

interface Seen {
  method: string
  path: string
}

export async function methodsOf(): Promise<SdkMethod[]> {
  const found: SdkMethod[] = []
  for (const { steps, owner } of resourcesOf(new OpenAI({ apiKey: 'none' }), []))
    for (const last of Object.getOwnPropertyNames(Object.getPrototypeOf(owner))) {
      if (HELPERS.test(last) || typeof owner[last] !== 'function') continue
      found.push(await tried([...steps, last], owner[last] as Method))
    }
  return found
}

interface Resource {
  steps: string[]
  owner: Record<string, unknown>
}

/** What has a client of its own is a resource; its members may be further ones. */
function resourcesOf(owner: object, steps: string[]): Resource[] {
  const members = Object.entries(owner).filter(([name]) => !name.startsWith('_'))
  const inner = members.filter(([, value]) => typeof value === 'object' && value?._client)
  const self = steps.length === 0 ? [] : [{ steps, owner: owner as Record<string, unknown> }]
  return [...self, ...inner.flatMap(([name, value]) => resourcesOf(value, [...steps, name]))]
}

async function tried(steps: string[], method: Method): Promise<SdkMethod> {
  const names = argumentNames(method)
  const named = new Set<string>()
  let seen: Seen | null = null
  const probe = new OpenAI({
    apiKey: 'none',
    adminAPIKey: 'none',
    baseURL: 'http://probe',
    maxRetries: 0,
    async fetch(input, init) {
      seen = { method: init?.method?.toUpperCase() ?? 'GET', path: new URL(String(input)).pathname }
      return Response.json({})
    },
  })
  const call = (client: OpenAI, fields: unknown) => {
    const owner = steps.slice(0, -1).reduce<unknown>((at, step) => (at as never)[step], client)
    const given = names.map((name) => argumentFor(name, fields))
    return (owner as Record<string, Method>)[steps.at(-1) ?? '']?.(...given) as PromiseLike<unknown>
  }
  await Promise.resolve(call(probe, noting(named))).catch(() => null)
  const name = steps.join('.')
  if (seen === null) throw new Error(`${name} made no call: is it a helper?`)
  const { method: verb, path } = seen as Seen
  return { name, method: verb, path, named: [...named].filter((one) => path.includes(one)), call }
}

function argumentFor(name: string, fields: unknown): unknown {
  if (name === OPTIONS) return undefined
  return FIELDS.includes(name) ? fields : name
}

function argumentNames(method: Method): string[] {
  const [, list = ''] = /^(?:async )?\w+\s*\(([^)]*)\)/.exec(String(method)) ?? []
  return list.split(',').map((each) => each.split('=')[0]?.trim() ?? '')
}

/** Fields that notes which ids a method takes out of them; each has its own name for value. */
function noting(named: Set<string>): object {
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string' || !/_(?:id|key|checkpoint|name)$/.test(name)) return undefined
        named.add(name)
        return name
      },
    },
  )
}

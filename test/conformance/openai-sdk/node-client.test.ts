/** Every call of the official Node client, through the gateway and past it: the vendor and the client see the same. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { toFile } from 'openai-7'
import { CLIENT_METHODS, clientMethods } from './client-methods.ts'
import { argumentsOf, type Extent, FILE_TEXT, isFile } from './example.ts'
import { methodsOf, type SdkMethod } from './node-methods.ts'
import {
  idsOf,
  isListOfModels,
  isMisread,
  isOwnList,
  isRefused,
  type Outcome,
  type SdkRig,
  START_LIMIT_MS,
  startSdkRig,
} from './rig.ts'
import { readSpecification, type Specification } from './specification.ts'

const specification = readSpecification()
const methods = await methodsOf()
const served = methods.filter((one) => !isRefused(one) && !isListOfModels(one))
const described = served.filter(({ method, path }) => specification?.operation(method, path))
const others = served.filter((one) => !described.includes(one))
const named = (some: readonly SdkMethod[]) => some.map((one) => [one.name, one] as const)

let rig: SdkRig
let through: OpenAI
let past: OpenAI
beforeAll(async () => {
  if (specification === null) return
  rig = await startSdkRig(specification.file)
  through = clientOf(rig.gateway.baseUrl, rig.gateway.proxyKey)
  past = clientOf(rig.vendor.url, 'sk-past-the-gateway')
}, START_LIMIT_MS)
afterAll(() => rig?.stop())

function clientOf(baseURL: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL, apiKey, adminAPIKey: apiKey, maxRetries: 0 })
}

async function outcomeOf(reply: PromiseLike<unknown>): Promise<Outcome> {
  try {
    const value = await reply
    const type = value?.constructor.name ?? 'none'
    if (value instanceof Response) return { type, value: await value.text() }
    return { type, value: JSON.parse(JSON.stringify(value ?? null)) }
  } catch (error) {
    const { status, message } = error as { status?: number; message: string }
    return { type: (error as Error).constructor.name, value: status ?? message }
  }
}

/** What the vendor saw of one call, and what came of it. */
async function watched(call: () => Promise<unknown>) {
  rig.vendor.requests.length = 0
  const outcome = await outcomeOf(call())
  return { outcome, requests: rig.vendor.requests.filter(({ line }) => line !== 'GET /models') }
}

const dataOf = ({ outcome }: { outcome: Outcome }) => (outcome.value as { data: unknown[] }).data

/** For a call that the description lacks: its path's ids, and a model, by which some calls are routed. */
function fewFields(call: SdkMethod): Record<string, string> {
  return { ...idsOf(call), ...(call.method === 'POST' && { model: 'example' }) }
}

async function fieldsOf(one: SdkMethod, extent: Extent): Promise<Record<string, unknown>> {
  const operation = specification?.operation(one.method, one.path)
  if (!operation) return fewFields(one)
  const fields = argumentsOf(specification as Specification, operation, extent)
  return { ...idsOf(one), ...((await withFiles(fields)) as object) }
}

async function withFiles(value: unknown): Promise<unknown> {
  if (isFile(value)) return toFile(Buffer.from(FILE_TEXT), value.$file)
  if (Array.isArray(value)) return Promise.all(value.map(withFiles))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(async ([name, each]) => [name, await withFiles(each)])
  return Object.fromEntries(await Promise.all(members))
}

async function both(one: SdkMethod, extent: Extent) {
  const calling = (client: OpenAI) => async () => one.call(client, await fieldsOf(one, extent))
  return { direct: await watched(calling(past)), proxied: await watched(calling(through)) }
}

test('the table of routes names the method that calls each', async () => {
  expect(await Bun.file(CLIENT_METHODS).json()).toEqual(clientMethods(methods))
})

describe.if(specification !== null)('the official Node client', () => {
  describe.each(['required', 'all'] as const)('with %s fields', (extent) => {
    test.each(named(described))('%s', async (_, one) => {
      const { direct, proxied } = await both(one, extent)
      expect(direct.requests.map(({ valid }) => valid)).toEqual([!isMisread(one, extent)])
      if (!isOwnList(one)) {
        expect(proxied).toEqual(direct)
        return
      }
      // Pages are asked for until one is full of the caller's, and only those are shown.
      expect(proxied.requests[0]).toEqual(direct.requests[0])
      expect(proxied.requests.every(({ valid }) => valid)).toBe(true)
      expect(proxied.outcome.type).toBe(direct.outcome.type)
      expect(dataOf(direct)).toEqual(expect.arrayContaining(dataOf(proxied)))
    })
  })

  test.each(named(others))('%s reaches the vendor, whose description lacks it', async (_, one) => {
    const { direct, proxied } = await both(one, 'required')
    expect(direct.requests.map(({ line }) => line)).toEqual([`${one.method} ${one.path}`])
    expect(proxied).toEqual(direct)
  })

  test('models.list is of the same class, with the models that the vendor lists', async () => {
    const [direct, proxied] = [await past.models.list(), await through.models.list()]
    expect(proxied.constructor).toBe(direct.constructor)
    expect(proxied.data).toEqual(direct.data)
  })

  test('is refused the operator’s routes, and none of them reach the vendor', async () => {
    const refused = methods.filter(isRefused)
    expect(refused.length).toBeGreaterThan(100)
    rig.vendor.requests.length = 0
    for (const one of refused) {
      const { type } = await outcomeOf(one.call(through, idsOf(one)))
      expect(`${one.name}: ${type}`).toMatch(/: (BadRequestError|NotFoundError)$/)
    }
    expect(rig.vendor.requests).toEqual([])
  })
})

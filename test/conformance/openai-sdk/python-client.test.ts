/** Every call of the official Python client, through the gateway and past it: the vendor and the client see the same. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  INSTALL_LIMIT_MS,
  installPython,
  type Python,
  REMOVE_LIMIT_MS,
} from '../../support/processes/python.ts'
import { argumentsOf, type Extent, FILE_TEXT, isFile } from './example.ts'
import type { VendorRequest } from './mock-vendor.ts'
import {
  type Call,
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

const CLIENT = 'openai==3.57.0'
const PROGRAM = join(import.meta.dir, 'python_client.py')

interface PythonCall extends Call {
  /** Names that the method takes. */
  fields: string[]
  /** Arguments with which it makes a call, whatever the vendor thinks of them. */
  tried: Record<string, unknown>
}

interface Planned {
  call: PythonCall
  extent: Extent
  isDescribed: boolean
  name: string
  arguments: Record<string, unknown>
}

const specification = readSpecification()
const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-python-'))
let python: Python
let rig: SdkRig
let calls: PythonCall[]
beforeAll(async () => {
  if (specification === null) return
  rig = await startSdkRig(specification.file)
  python = await installPython([CLIENT])
  calls = JSON.parse(await python.run([PROGRAM, 'list']))
}, START_LIMIT_MS + INSTALL_LIMIT_MS)
afterAll(async () => {
  await rig?.stop()
  python?.remove()
  rmSync(folder, { recursive: true })
}, REMOVE_LIMIT_MS)

function planned(call: PythonCall, extent: Extent): Planned {
  const { name, tried } = call
  const operation = specification?.operation(call.method, call.path) ?? null
  if (operation === null) return { name, call, extent, isDescribed: false, arguments: tried }
  const fields = argumentsOf(specification as Specification, operation, extent)
  const taken = Object.entries({ ...idsOf(call), ...fields }).filter(([one]) =>
    call.fields.includes(one),
  )
  const given = withTexts(Object.fromEntries(taken)) as Record<string, unknown>
  return { name, call, extent, isDescribed: true, arguments: given }
}

function withTexts(value: unknown): unknown {
  if (isFile(value)) return { ...value, text: FILE_TEXT }
  if (Array.isArray(value)) return value.map(withTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTexts(each)]))
}

interface Run {
  outcomes: Outcome[]
  requests: VendorRequest[]
}

async function run(plan: readonly Planned[], baseUrl: string, key: string): Promise<Run> {
  const file = join(folder, 'plan.json')
  await Bun.write(file, JSON.stringify(plan))
  rig.vendor.requests.length = 0
  const env = { BASE_URL: baseUrl, API_KEY: key }
  const outcomes = JSON.parse(await python.run([PROGRAM, 'run', file], env))
  const requests = rig.vendor.requests.filter(({ line }) => line !== 'GET /models')
  return { outcomes, requests }
}

/** Without the further pages that the gateway asks for to fill a list. */
function withoutPages(requests: readonly VendorRequest[]): VendorRequest[] {
  const isList = ({ line }: VendorRequest) => line.startsWith('GET ')
  return requests.filter((each, at) => !isList(each) || requests[at - 1]?.line !== each.line)
}

const dataOf = ({ value }: Outcome) => (value as { data: unknown[] }).data

describe.if(specification !== null)('the official Python client', () => {
  test('is given the same by every call as without the gateway', async () => {
    const served = calls.filter((call) => !isRefused(call) && !isListOfModels(call))
    const plan = (['required', 'all'] as const).flatMap((extent) =>
      served.map((call) => planned(call, extent)),
    )
    const direct = await run(plan, rig.vendor.url, 'sk-past-the-gateway')
    const proxied = await run(plan, rig.gateway.baseUrl, rig.gateway.proxyKey)
    for (const [at, { call, extent, isDescribed, name }] of plan.entries()) {
      const [expected, found] = [direct.outcomes[at], proxied.outcomes[at]] as [Outcome, Outcome]
      const isValid = isDescribed && !isMisread(call, extent)
      const { line, valid } = direct.requests[at] ?? {}
      expect([expected, line, valid]).toEqual([expected, `${call.method} ${call.path}`, isValid])
      if (!isOwnList(call)) expect([name, found]).toEqual([name, expected])
      else {
        expect([name, found.type]).toEqual([name, expected.type])
        if (isValid) expect(dataOf(expected)).toEqual(expect.arrayContaining(dataOf(found)))
      }
    }
    expect(direct.requests).toHaveLength(plan.length)
    expect(withoutPages(proxied.requests)).toEqual(withoutPages(direct.requests))
  }, 120_000)

  test('is refused the operator’s routes, and none of them reach the vendor', async () => {
    const plan = calls
      .filter(isRefused)
      .map((call) => ({ ...planned(call, 'required'), arguments: call.tried }))
    expect(plan.length).toBeGreaterThan(100)
    const { outcomes, requests } = await run(plan, rig.gateway.baseUrl, rig.gateway.proxyKey)
    for (const { type } of outcomes) expect(type).toMatch(/^(BadRequestError|NotFoundError)$/)
    expect(requests).toEqual([])
  }, 60_000)
})

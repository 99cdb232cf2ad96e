/** The gateway with one key of a vendor that answers by its description, and which calls it passes on. */
import { OPENAI_ROUTES } from '../../../src/passthrough/openai-routes.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockVendor, startMockVendor } from './mock-vendor.ts'

export interface SdkRig {
  vendor: MockVendor
  gateway: Gateway
  stop(): Promise<void>
}

export const START_LIMIT_MS = 90_000

export async function startSdkRig(specification: string): Promise<SdkRig> {
  const vendor = await startMockVendor(specification)
  const upstream = { provider: 'openai', baseUrl: vendor.url } as const
  // It would look after batches between the calls that are compared.
  const env = { BATCH_CHECK_SECONDS: '3600' }
  const gateway = await startGateway({ upstreams: [upstream], env })
  const stop = async () => {
    await gateway.stop()
    await vendor.stop()
  }
  return { vendor, gateway, stop }
}

export interface Call {
  /** `vectorStores.files.retrieve` */
  name: string
  method: string
  /** With an example for each id. */
  path: string
  /** Names of the path's parameters that are given with the fields, not in a place of their own. */
  named: readonly string[]
}

/** What came of a call, by the class that the client made of it. */
export interface Outcome {
  type: string
  /** Of an error its status. */
  value: unknown
}

/** They watch or change what all users share, so they are the operator's. */
export function isRefused({ name }: Call): boolean {
  return /^(?:admin|webhooks|safety)\./.test(name)
}

/** The gateway's own list: the models of all upstreams. */
export function isListOfModels({ name }: Call): boolean {
  return name === 'models.list'
}

/** Lists hold only what the caller made. */
export function isOwnList({ method, path }: Call): boolean {
  const row = OPENAI_ROUTES.find((one) => one.method === method && one.path === `/v1${path}`)
  return row?.target.by === 'list'
}

export function idsOf({ named }: Call): Record<string, string> {
  return Object.fromEntries(named.map((name) => [name, name]))
}

/** The mock treats a form's JSON part as text, and refuses it from any sender. */
export function isMisread({ name }: Call, extent: string): boolean {
  return name === 'realtime.calls.create' && extent === 'all'
}

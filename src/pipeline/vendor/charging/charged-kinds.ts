/** What is paid for once it has ended, by the kind of its object: where its state and output are, and its record. */
import { geminiId, resultsOf } from '../../../passthrough/gemini-names.ts'
import type { ChargedKind, VendorObject } from '../../../passthrough/objects.ts'
import type { VendorApi } from '../../../passthrough/route.ts'
import { fieldsOf } from '../own.ts'

/** Whose API a path belongs to. */
export interface ApiPath {
  api: VendorApi
  path: string
}

interface Charged {
  api: VendorApi
  /** Of its state, before the id. */
  path: string
  /** The endpoint of its record: `batches` are half the price. */
  endpoint: string
  /** Of the record's id, which each object has once. */
  prefix: string
  /** The path of an output that says what was used; null if nothing came out of it. */
  output(state: unknown, path: string): string | null
}

const KINDS: Readonly<Record<ChargedKind, Charged>> = {
  batch: {
    api: 'openai',
    path: 'batches',
    endpoint: 'batches',
    prefix: 'batch',
    output(state) {
      const { output_file_id: file } = fieldsOf(state)
      return typeof file === 'string' ? `files/${encodeURIComponent(file)}/content` : null
    },
  },
  message_batch: {
    api: 'anthropic',
    path: 'messages/batches',
    endpoint: 'batches',
    prefix: 'batch',
    output(state, path) {
      const { results_url, request_counts } = fieldsOf(state)
      const isEmpty = fieldsOf(request_counts).succeeded === 0
      return typeof results_url === 'string' && !isEmpty ? `${path}/results` : null
    },
  },
  gemini_batch: {
    api: 'gemini',
    path: 'v1beta/batches',
    endpoint: 'batches',
    prefix: 'batch',
    output(state) {
      const { response, metadata } = fieldsOf(state)
      const file = fieldsOf(response).responsesFile ?? resultsOf(metadata).responsesFile
      const id = geminiId('gemini_file', file)
      return id === null ? null : `v1beta/files/${encodeURIComponent(id)}:download?alt=media`
    },
  },
  background_response: {
    api: 'openai',
    path: 'responses',
    endpoint: 'responses',
    prefix: 'response',
    output: () => null,
  },
}

export function apiPathOf({ kind, id }: Chargeable): ApiPath {
  const { api, path } = KINDS[kind]
  return { api, path: `${path}/${encodeURIComponent(id)}` }
}

/** Null if nothing came out of it, or its state says all. */
export function outputOf(object: Chargeable, state: unknown): ApiPath | null {
  const { api, path } = apiPathOf(object)
  const output = KINDS[object.kind].output(state, path)
  return output === null ? null : { api, path: output }
}

export function endpointOf({ kind }: Chargeable): string {
  return KINDS[kind].endpoint
}

export function recordIdOf({ kind, id, upstreamKeyId }: Chargeable): string {
  return `${KINDS[kind].prefix}:${upstreamKeyId}:${id}`
}

export type Chargeable = VendorObject & { kind: ChargedKind }

/** The kind that an object is charged by, if it is paid for once it has ended. */
export function chargedAs(kind: string): ChargedKind | null {
  if (kind === 'response') return 'background_response'
  return Object.hasOwn(KINDS, kind) ? (kind as ChargedKind) : null
}

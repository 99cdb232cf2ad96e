/** Links in Anthropic's batches: its clients follow them with their proxy key, which the vendor must never see. */
import type { VendorApi } from '../../passthrough/route.ts'
import { fieldsOf } from './own.ts'

const OWN_LINKS: Readonly<Record<VendorApi, (value: unknown) => unknown>> = {
  openai: (value) => value,
  anthropic: withOwnResults,
  gemini: (value) => value,
}

/** A vendor's reply with links to this gateway in place of those to the vendor. */
export function withOwnLinks(api: VendorApi, value: unknown): unknown {
  return OWN_LINKS[api](value)
}

/**
 * A batch, or a list of them, whose results are asked for here. The link is a path, since the gateway does not know
 * the address it is reached at; Anthropic's libraries take it as one of their base URL. The same value if there is none.
 */
function withOwnResults(value: unknown): unknown {
  const fields = fieldsOf(value)
  const { id, data, results_url } = fields
  if (Array.isArray(data)) return { ...fields, data: data.map(withOwnResults) }
  if (typeof id !== 'string' || typeof results_url !== 'string') return value
  return { ...fields, results_url: `/v1/messages/batches/${encodeURIComponent(id)}/results` }
}

/** Which protocol a vendor is spoken to in that takes Responses but keeps none. */
import { expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { protocolFor } from './dialogue.ts'

const STATELESS = 'https://api.groq.com/openai/v1'
const KEEPING = 'https://api.x.ai/v1'

function protocolOf(baseUrl: string, body: object, more: Partial<ModelRequest> = {}) {
  const upstream = { key: upstreamKey(1, { baseUrl }) } as UsableUpstream
  const candidate = { upstream, target: { model: 'm' } } as Candidate<UsableUpstream>
  const request = { protocol: 'responses', endpoint: 'responses', model: 'm', body, ...more }
  return protocolFor(request as ModelRequest, candidate)
}

test.each([
  [{}, 'responses'],
  [{ store: false }, 'responses'],
  [{ store: true }, 'openai'],
  [{ previous_response_id: 'resp_1' }, 'openai'],
  [{ conversation: { id: 'conv_1' } }, 'openai'],
  [{ background: true }, 'openai'],
])(
  'a request with %p goes to a stateless vendor as %p, and to others as it is',
  (body, protocol) => {
    expect(protocolOf(STATELESS, body)).toBe(protocol as never)
    expect(protocolOf(KEEPING, body)).toBe('responses')
  },
)

test('an answer that the gateway is to keep is a translation', () => {
  const continued = { previousId: null, stored: true }
  expect(protocolOf(STATELESS, {}, { continued })).toBe('openai')
  expect(protocolOf(STATELESS, {}, { continued: { ...continued, stored: false } })).toBe(
    'responses',
  )
})

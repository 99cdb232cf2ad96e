/** Which headers of an upstream's reply reach the client: those named here, and no others. */
import { redact } from '../core/redact.ts'
import type { UpstreamReply } from './transport.ts'

const PASSED = [
  'openai-processing-ms',
  'openai-version',
  'openai-model',
  // How soon official clients look again at something that is under way.
  'openai-poll-after-ms',
  'x-ms-region',
  'azureml-model-session',
] as const
const UPSTREAM_REQUEST_ID = ['x-request-id', 'apim-request-id'] as const

export function allowedHeaders(
  reply: Pick<UpstreamReply, 'header'>,
  secretForms: readonly string[],
): Record<string, string> {
  const allowed: Record<string, string> = {}
  for (const name of PASSED) {
    const value = reply.header(name)
    if (value !== null) allowed[name] = redact(value, secretForms)
  }
  for (const name of UPSTREAM_REQUEST_ID) {
    const value = reply.header(name)
    if (value === null) continue
    allowed['x-gpt-proxy-upstream-request-id'] = redact(value, secretForms)
    break
  }
  return allowed
}

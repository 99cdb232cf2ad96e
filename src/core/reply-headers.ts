/** Which headers of an upstream's reply reach the client: those named here, and no others. */
import { redact } from './redact.ts'

const PASSED = [
  'openai-processing-ms',
  'openai-version',
  'openai-model',
  'x-ms-region',
  'azureml-model-session',
] as const
const UPSTREAM_REQUEST_ID = ['x-request-id', 'apim-request-id'] as const

export function allowedHeaders(
  headers: Headers,
  secretForms: readonly string[],
): Record<string, string> {
  const allowed: Record<string, string> = {}
  for (const name of PASSED) {
    const value = headers.get(name)
    if (value !== null) allowed[name] = redact(value, secretForms)
  }
  for (const name of UPSTREAM_REQUEST_ID) {
    const value = headers.get(name)
    if (value === null) continue
    allowed['x-gpt-proxy-upstream-request-id'] = redact(value, secretForms)
    break
  }
  return allowed
}

/** A JSON reply. */
import type { Reply } from '../pipeline/client.ts'

export function jsonReply(value: object, status = 200): Reply & { body: string } {
  const headers = { 'content-type': 'application/json;charset=utf-8' }
  return { status, headers, body: JSON.stringify(value) }
}

/** What the holder of a proxy key may know about it. */
import { ADMIN_URL } from '@/lib/addresses.ts'
import type { Schemas } from './client.ts'
import { errorFrom, unreachable } from './errors.ts'

export type OwnKey = Schemas['OwnKey']

/** Without a cookie: the key alone decides. */
export async function ownKey(secret: string): Promise<OwnKey> {
  let response: Response
  try {
    response = await fetch(`${ADMIN_URL}/key`, {
      headers: { authorization: `Bearer ${secret}` },
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch {
    throw unreachable()
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw await errorFrom(response, body)
  return body as OwnKey
}

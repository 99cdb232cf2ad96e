/** How a stream of Responses that passed byte for byte goes on. */
import { isObject, parsedObject, textIn } from '../neutral/fields.ts'
import type { PassedEvents, Resumed } from '../translation/format.ts'

/** Null if its items are not as our own writer would number them. */
export function resumedAs({ first, last, beginnings }: PassedEvents): Resumed | null {
  const { response } = parsedObject(first)
  const { sequence_number: sequence } = parsedObject(last)
  if (!isObject(response) || typeof response.id !== 'string') return null
  const itemIds: string[] = []
  for (const [at, data] of beginnings.entries()) {
    const event = parsedObject(data)
    const id = textIn(event, 'item_id') ?? (isObject(event.item) ? textIn(event.item, 'id') : null)
    if (id === null || event.output_index !== at || (event.content_index ?? 0) !== 0) return null
    itemIds.push(id)
  }
  const created = response.created_at
  return {
    answerId: response.id,
    ...(typeof created === 'number' && { createdAt: created }),
    itemIds,
    sequence: typeof sequence === 'number' ? sequence + 1 : 0,
  }
}

/**
 * Anthropic's API beside Messages and the list of models: batches of messages. DELETE is not served: a batch that is
 * deleted before it was charged would be free, and the vendor forgets each by itself.
 */
import { byAccount, byObject, listOf, type VendorRoute } from './route.ts'

const messageBatches: readonly VendorRoute[] = [
  byAccount('POST messages/batches', { creates: 'message_batch', meter: 'batch' }),
  listOf('GET messages/batches', 'message_batch'),
  byObject('GET messages/batches/{message_batch}'),
  byObject('GET messages/batches/{message_batch}/results'),
  byObject('POST messages/batches/{message_batch}/cancel'),
]

export const ANTHROPIC_ROUTES: readonly VendorRoute[] = messageBatches.map((route) => ({
  ...route,
  api: 'anthropic',
}))

/** Anthropic's API other than Messages and the list of models: batches of messages. */
import { byAccount, byObject, listOf, type VendorRoute } from './route.ts'

const messageBatches: readonly VendorRoute[] = [
  byAccount('POST messages/batches', { creates: 'message_batch', meter: 'batch' }),
  listOf('GET messages/batches', 'message_batch'),
  byObject('GET messages/batches/{message_batch}'),
  byObject('GET messages/batches/{message_batch}/results'),
  byObject('POST messages/batches/{message_batch}/cancel'),
  byObject('DELETE messages/batches/{message_batch}', { deletes: true }),
]

export const ANTHROPIC_ROUTES: readonly VendorRoute[] = messageBatches.map((route) => ({
  ...route,
  api: 'anthropic',
  protocol: 'anthropic',
}))

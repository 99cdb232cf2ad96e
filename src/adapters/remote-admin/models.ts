/** Definitions of public model names of another gateway. */
import type { CommandAdmin } from '../../admin/command-admin.ts'
import { adminError } from '../../admin/errors.ts'
import { modelView } from '../../admin/models.ts'
import type { ModelDefinition } from '../../core/entities.ts'
import { OperatorError } from '../../core/operator-error.ts'
import type { Explained } from '../../routing/explain.ts'
import type { AdminClient } from './client.ts'
import { remoteKeys } from './keys.ts'

type DefinitionView = ReturnType<typeof modelView>

/** The API takes the body in the query, which is limited as all addresses are. */
const MAX_BODY = 12_000

export function remoteModels(client: AdminClient): CommandAdmin['models'] {
  const keys = remoteKeys(client)
  const path = '/model-definitions/{model}'
  return {
    async list() {
      const { items } = await client.call<{ items: DefinitionView[] }>('GET', '/model-definitions')
      return items.map(definitionOf)
    },
    find: async (model) =>
      definitionOf(await client.call<DefinitionView>('GET', path, { params: { model } })),
    async set(_, definition) {
      const { name: model, ...body } = modelView(definition)
      return definitionOf(await client.call('PUT', path, { params: { model }, body }))
    },
    remove: (_, model) => client.call('DELETE', path, { params: { model } }),
    async explain(model, { keyName = null, body = null } = {}) {
      // A name that nothing can have is not sent as an empty part of the path.
      if (model === '') throw adminError('model_invalid', { model })
      const text = body === null ? null : JSON.stringify(body)
      if (text !== null && text.length > MAX_BODY) throw bodyTooLong(text.length)
      const keyId = keyName === null ? null : (await keys.show(keyName)).key.id
      const { items } = await client.call<{ items: Explained[] }>('GET', `${path}/explain`, {
        params: { model },
        query: { key_id: keyId, body: text },
      })
      return items
    },
  }
}

function bodyTooLong(length: number): OperatorError {
  return new OperatorError(
    'invalid',
    `the request has ${length} characters, and over --server it may have ${MAX_BODY}`,
    'Leave long texts and pictures out, or run the command on the gateway itself',
  )
}

function definitionOf(view: DefinitionView): ModelDefinition {
  return {
    name: view.name,
    strategy: view.strategy,
    targets: view.targets.map((target) => ({
      upstream: target.upstream,
      model: target.model,
      priority: target.priority,
      weight: target.weight,
      contextTokens: target.context_tokens,
      maxInFlight: target.max_in_flight,
      mirrorPercent: target.mirror_percent,
      conditions: target.conditions,
    })),
    parameters: { default: view.default, set: view.set, drop: view.drop },
    firstTokenMs: view.first_token_ms,
    firstTokenAction: view.first_token_action,
    fallbackOnFilter: view.fallback_on_filter,
  }
}

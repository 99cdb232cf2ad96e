/** Definitions of public model names: shown, set, removed, and a dry run of a request. */
import type { z } from '@hono/zod-openapi'
import { modelView } from '../../../admin/models.ts'
import type { ModelDefinition } from '../../../core/entities.ts'
import * as contract from './contract/definitions.ts'
import { invalidField } from './frame/api-error.ts'
import { type AdminContext, type AdminRoutes, actorOf, tag } from './frame/operation.ts'
import type { AdminApiParts } from './frame/parts.ts'

export function definitionOperations({ on, parts }: AdminRoutes): void {
  const { models } = parts.admin
  on(contract.listDefinitions, async (context) => {
    const items = (await models.list()).map(definitionView)
    return context.json({ items }, 200)
  })
  on(contract.getDefinition, async (context) =>
    shown(context, parts, await models.find(context.req.valid('param').model)),
  )
  on(contract.setDefinition, async (context) => {
    const { model } = context.req.valid('param')
    const { 'if-none-match': onlyNew } = context.req.valid('header')
    const actor = actorOf(context)
    const mode = onlyNew === '*' ? 'new' : actor.ifMatch === undefined ? 'either' : 'known'
    const definition = definitionOf(model, context.req.valid('json'))
    return shown(context, parts, await models.set(actor, definition, mode))
  })
  on(contract.removeDefinition, async (context) => {
    await models.remove(actorOf(context), context.req.valid('param').model)
    return context.body(null, 204)
  })
  on(contract.explainRequest, async (context) => {
    const { model } = context.req.valid('param')
    const { key_id: keyId, body } = context.req.valid('query')
    const items = await models.explain(model, {
      keyName: keyId === undefined ? null : String(keyId),
      body: body === undefined ? null : objectIn(body),
    })
    return context.json({ items }, 200)
  })
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Readonly<Record<string, unknown>>
  } catch {
    // Answered below.
  }
  throw invalidField('body', 'it must be a JSON object')
}

function shown(context: AdminContext, parts: AdminApiParts, definition: ModelDefinition) {
  tag(context, modelView(definition), parts)
  return context.json(definitionView(definition), 200)
}

function definitionView(definition: ModelDefinition) {
  const { targets, default: added, set, drop, ...view } = modelView(definition)
  const lists = {
    targets: targets.map(({ conditions, ...target }) => ({
      ...target,
      conditions: [...conditions],
    })),
    default: { ...added },
    set: { ...set },
    drop: [...drop],
  }
  return { ...view, ...lists }
}

function definitionOf(
  name: string,
  body: z.output<typeof contract.ModelDefinition>,
): ModelDefinition {
  return {
    name,
    strategy: body.strategy,
    targets: body.targets.map((target) => ({
      upstream: target.upstream,
      model: target.model,
      priority: target.priority,
      weight: target.weight,
      contextTokens: target.context_tokens,
      maxInFlight: target.max_in_flight,
      mirrorPercent: target.mirror_percent,
      conditions: target.conditions,
    })),
    parameters: { default: body.default, set: body.set, drop: body.drop },
    firstTokenMs: body.first_token_ms,
    firstTokenAction: body.first_token_action,
    fallbackOnFilter: body.fallback_on_filter,
  }
}

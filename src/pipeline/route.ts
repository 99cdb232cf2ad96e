/** Stage 4: where a request may go, in which order, and what an operator's model changes in it. */
import type { Caller } from '../access/caller.ts'
import type { ModelDefinition } from '../core/entities.ts'
import { invalidRequest } from '../core/errors.ts'
import type { HeaderSource } from '../core/headers.ts'
import { parameterPlace } from '../protocols/parameter-names.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import { stickyKeyOf } from '../protocols/sticky-key.ts'
import type { ClientLimits } from '../routing/client-limits.ts'
import { isUnconditional, takenBy } from '../routing/conditions.ts'
import { withParameters } from '../routing/parameters.ts'
import type { Plan } from '../routing/plan.ts'
import { byCost, byLatency, byStickiness } from '../routing/strategies.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import { latencyName } from './latency-name.ts'
import { routeModel } from './model-route.ts'
import { expectedCost, factsOf } from './request-facts.ts'
import type { Services } from './services.ts'

export interface RoutedRequest {
  plan: Plan<UsableUpstream>
  /** With the model's parameters. */
  request: ModelRequest
  definition: ModelDefinition | null
}

interface Asked {
  asked: ModelRequest
  limits: ClientLimits
  /** Of the client's request, for the conditions of targets. */
  headers: HeaderSource
}

/** A promise only if a model list has to be waited for. */
export function route(
  services: Services,
  caller: Caller,
  asked: Asked,
): RoutedRequest | Promise<RoutedRequest> {
  const routed = routeModel(services, caller, asked.asked)
  return routed instanceof Promise
    ? plannedLater(services, caller, asked, routed)
    : planned(services, caller, asked, routed)
}

async function plannedLater(
  services: Services,
  caller: Caller,
  asked: Asked,
  routed: Promise<Plan<UsableUpstream>>,
): Promise<RoutedRequest> {
  return planned(services, caller, asked, await routed)
}

function planned(
  services: Services,
  caller: Caller,
  { asked, limits, headers }: Asked,
  routed: Plan<UsableUpstream>,
): RoutedRequest {
  const { definition } = services.directory.routeFor(asked.model)
  const plan = limits.target === null ? routed : onlyTarget(routed, limits.target)
  if (definition === null) return { plan, request: asked, definition }
  const request = changed(asked, definition)
  const open = isUnconditional(plan) ? plan : takenBy(plan, factsOf(caller, request, headers))
  if (open.length === 0) throw takenByNone(definition.name, plan)
  return { plan: ordered(services, open, definition, { caller, request }), request, definition }
}

function changed(asked: ModelRequest, { parameters }: ModelDefinition): ModelRequest {
  if (asked.text === null) return asked
  const placeOf = (name: string) => parameterPlace(asked.protocol, name)
  const body = withParameters(asked.body, parameters, placeOf)
  return body === null ? asked : { ...asked, body, text: JSON.stringify(body) }
}

function ordered(
  { latencies, prices, random }: Services,
  plan: Plan<UsableUpstream>,
  { strategy, name }: ModelDefinition,
  { caller, request }: { caller: Caller; request: ModelRequest },
): Plan<UsableUpstream> {
  switch (strategy) {
    case 'priority':
      return plan
    case 'latency':
      return byLatency(plan, (target) => latencies.expectedMs(latencyName(target)), random)
    case 'cost':
      return byCost(plan, (target) => expectedCost(prices, request, { name, target }))
    case 'sticky':
      return byStickiness(plan, stickyKeyOf(request.body, caller.user.username))
  }
}

function takenByNone(model: string, plan: Plan<UsableUpstream>) {
  const needed = plan.map(({ conditions }) => conditions.map(({ text }) => text).join(' and '))
  return invalidRequest(
    `no target of the model '${model}' takes this request: they need ${[...new Set(needed)].join(', or ')}`,
    'model',
  )
}

/** By the name of an upstream key, or of the model there. */
function onlyTarget(plan: Plan<UsableUpstream>, wanted: string): Plan<UsableUpstream> {
  const targets = plan.flatMap((target) => {
    if (target.model === wanted) return [target]
    const keys = target.keys.filter(({ key }) => key.name === wanted)
    return keys.length === 0 ? [] : [{ ...target, keys }]
  })
  if (targets.length > 0) return targets
  throw invalidRequest(
    `x-gpt-proxy-target names '${wanted}', which is no upstream key and no target of this model`,
  )
}

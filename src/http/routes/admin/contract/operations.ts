/** Every operation of the admin API on one screen. */
import type { createRoute } from '@hono/zod-openapi'
import type { Access } from './access.ts'
import * as definitions from './definitions.ts'
import * as keys from './keys.ts'
import * as models from './models.ts'
import * as overview from './overview.ts'
import * as providers from './providers.ts'
import * as requests from './requests.ts'
import * as session from './session.ts'
import * as system from './system.ts'
import * as upstreamSets from './upstream-sets.ts'
import * as upstreams from './upstreams.ts'
import * as usage from './usage.ts'
import * as users from './users.ts'

export type Operation = ReturnType<typeof createRoute> & { 'x-access': Access }

interface NamedOperation {
  /** As generated clients call it; unique. */
  name: string
  /** The heading under which documentation lists it. */
  tag: string
  operation: Operation
}

const MODULES: readonly (readonly [tag: string, module: object])[] = [
  ['session', session],
  ['overview', overview],
  ['requests', requests],
  ['usage', usage],
  ['users', users],
  ['keys', keys],
  ['upstreams', upstreams],
  ['upstreams', upstreamSets],
  ['upstreams', providers],
  ['models', models],
  ['models', definitions],
  ['system', system],
]

/** Whatever a module exports that has a path and says who may call it. */
export const NAMED_OPERATIONS: readonly NamedOperation[] = MODULES.flatMap(([tag, module]) =>
  Object.entries(module).flatMap(([name, operation]) =>
    isOperation(operation) ? [{ name, tag, operation }] : [],
  ),
)

export const OPERATIONS = NAMED_OPERATIONS.map(({ operation }) => operation)

/** Exported for the test that no module of this folder is forgotten. */
export function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'x-access' in value && 'path' in value
}

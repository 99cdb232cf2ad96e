/**
 * Which method of the official Node client calls which vendor route. `npx bun test/conformance/openai-sdk/client-methods.ts`
 * writes it for the table in docs/vendor-routes.md.
 */
import { join } from 'node:path'
import { OPENAI_ROUTES } from '../../../src/passthrough/openai-routes.ts'
import { methodsOf, type SdkMethod } from './node-methods.ts'

export const CLIENT_METHODS = join(import.meta.dir, 'client-methods.json')

export function clientMethods(methods: readonly SdkMethod[]): Record<string, string> {
  const pairs = OPENAI_ROUTES.flatMap(({ method, path }) => {
    const calls = methods.filter(
      (one) => one.method === method && isAt(path.replace('/v1', ''), one.path),
    )
    // `agents/automations` also fits `agents/{agent}`: the method with the fewest steps is the route's own.
    const [own] = calls.toSorted((one, other) => stepsOf(one) - stepsOf(other))
    return own === undefined ? [] : [[`${method} ${path}`, own.name]]
  })
  return Object.fromEntries(pairs)
}

function isAt(pattern: string, path: string): boolean {
  const steps = pattern.split('/')
  const given = path.split('/')
  return (
    steps.length === given.length &&
    steps.every((step, at) => step.startsWith('{') || step === given[at])
  )
}

function stepsOf({ name }: SdkMethod): number {
  return name.split('.').length
}

if (import.meta.main)
  await Bun.write(CLIENT_METHODS, `${JSON.stringify(clientMethods(await methodsOf()), null, 2)}\n`)

/** The built-in demo models: what an answer, and each failure, looks like before any upstream key is there. */
import type { UpstreamKey } from '../../core/entities.ts'

export const DEMO_MODEL_PREFIX = 'demo/'
const DEMO_BASE_URL = 'demo:'
export const DEMO_MODELS = ['demo/echo', 'demo/429', 'demo/503', 'demo/slow', 'demo/cut'] as const
export type DemoModel = (typeof DEMO_MODELS)[number]

/** An upstream like any other to the pipeline; it has no row, so no state is kept of it. */
export const DEMO_UPSTREAM: UpstreamKey = {
  id: 0,
  name: 'demo',
  provider: 'demo',
  baseUrl: DEMO_BASE_URL,
  encryptedKey: '',
  keyHint: '',
  weight: 1,
  models: DEMO_MODELS,
  deployments: null,
  headers: null,
  apiVersion: null,
  protocol: null,
  maxInFlight: null,
  tags: [],
  state: {
    status: 'healthy',
    failureCount: 0,
    totalRequests: 0,
    totalErrors: 0,
    cooldownUntilMs: null,
    lastError: null,
  },
}

export function isDemoModel(model: string): model is DemoModel {
  return (DEMO_MODELS as readonly string[]).includes(model)
}

/** What the demo says: what it was asked, back. */
export function demoText(asked: string): string {
  return `You said: ${asked}\n\nThis is the built-in demo model. Add an upstream key to talk to a real one.`
}

/** Pieces of the size that real models stream. */
export function demoPieces(text: string): string[] {
  return text.match(/\s*\S{1,6}|\s+/gu) ?? []
}

/** A vector that differs with the text's length, and means nothing. */
export function demoVector(text: string): number[] {
  return Array.from({ length: 8 }, (_, index) => Math.fround(Math.sin(index + text.length)))
}

/**
 * What is paid by the image, the second, the character or the search: published prices in USD of OpenAI, November
 * 2026 (https://platform.openai.com/docs/pricing), Cohere (https://cohere.com/pricing) and Gemini
 * (https://ai.google.dev/gemini-api/docs/pricing). Veo's are those of the page since 7 April 2026, which cut the price of
 * Fast and added Lite, as copies of it from April and August 2026 give them; Veo 3.0 and 2.0 have the last price before
 * they were withdrawn. What is not here is recorded as unpriced.
 */
import type { UnitKind } from '../core/units/unit-kinds.ts'

type Fields = Readonly<Record<string, unknown>>

interface UnitPrice {
  meter: UnitKind
  /** The beginning of the model's name. */
  model: string
  /** Whose tool it is; other hosts of the same model have prices of their own. */
  provider?: string
  /** Only for these fields of the request, by their defaults where they are left out. */
  when?: Readonly<Record<string, string>>
  usd: number
}

const THOUSAND = 1_000
const MILLION = 1_000_000
const MINUTE = 60

/** The first row that fits counts. */
const PRICES: readonly UnitPrice[] = [
  { meter: 'characters', model: 'tts-1-hd', usd: 30 / MILLION },
  { meter: 'characters', model: 'tts-1', usd: 15 / MILLION },
  { meter: 'seconds', model: 'whisper', usd: 0.006 / MINUTE },
  { meter: 'seconds', model: 'gpt-4o-mini-transcribe', usd: 0.003 / MINUTE },
  { meter: 'seconds', model: 'gpt-4o-transcribe', usd: 0.006 / MINUTE },
  { meter: 'images', model: 'dall-e-3', when: { quality: 'hd', size: '1024x1024' }, usd: 0.08 },
  { meter: 'images', model: 'dall-e-3', when: { quality: 'hd' }, usd: 0.12 },
  { meter: 'images', model: 'dall-e-3', when: { size: '1024x1024' }, usd: 0.04 },
  { meter: 'images', model: 'dall-e-3', usd: 0.08 },
  { meter: 'images', model: 'dall-e-2', when: { size: '256x256' }, usd: 0.016 },
  { meter: 'images', model: 'dall-e-2', when: { size: '512x512' }, usd: 0.018 },
  { meter: 'images', model: 'dall-e-2', usd: 0.02 },
  { meter: 'video', model: 'sora-2-pro', when: { size: '1024x1792' }, usd: 0.5 },
  { meter: 'video', model: 'sora-2-pro', when: { size: '1792x1024' }, usd: 0.5 },
  { meter: 'video', model: 'sora-2-pro', usd: 0.3 },
  { meter: 'video', model: 'sora-2', usd: 0.1 },
  { meter: 'images', model: 'imagen-4.0-ultra', usd: 0.06 },
  { meter: 'images', model: 'imagen-4.0-fast', usd: 0.02 },
  { meter: 'images', model: 'imagen-4.0', usd: 0.04 },
  { meter: 'images', model: 'imagen-3.0', usd: 0.03 },
  { meter: 'video', model: 'veo-3.1-lite', when: { resolution: '720p' }, usd: 0.05 },
  { meter: 'video', model: 'veo-3.1-lite', when: { resolution: '1080p' }, usd: 0.08 },
  { meter: 'video', model: 'veo-3.1-fast', when: { resolution: '720p' }, usd: 0.1 },
  { meter: 'video', model: 'veo-3.1-fast', when: { resolution: '1080p' }, usd: 0.12 },
  { meter: 'video', model: 'veo-3.1-fast', when: { resolution: '4k' }, usd: 0.3 },
  { meter: 'video', model: 'veo-3.1-generate', when: { resolution: '4k' }, usd: 0.6 },
  { meter: 'video', model: 'veo-3.1-generate', usd: 0.4 },
  { meter: 'video', model: 'veo-3.0-fast', usd: 0.15 },
  { meter: 'video', model: 'veo-3.0', usd: 0.4 },
  { meter: 'video', model: 'veo-2.0', usd: 0.35 },
  { meter: 'searches', model: 'rerank-v3.5', usd: 2 / THOUSAND },
  { meter: 'searches', model: 'rerank-english-v3.0', usd: 2 / THOUSAND },
  { meter: 'searches', model: 'rerank-multilingual-v3.0', usd: 2 / THOUSAND },
]

/**
 * Of vendors' own tools. Not in it, as the answer does not say what was paid: searches by GPT-4o and 4.1, which depend on
 * the tool's version, and by Gemini 2, which are paid by the prompt.
 */
const TOOL_PRICES: readonly UnitPrice[] = [
  ...['gpt-5', 'o1', 'o3', 'o4'].map(
    (model) => ({ meter: 'searches', provider: 'openai', model, usd: 10 / THOUSAND }) as const,
  ),
  { meter: 'fileSearches', provider: 'openai', model: '', usd: 2.5 / THOUSAND },
  { meter: 'codeSessions', provider: 'openai', model: '', usd: 0.03 },
  { meter: 'searches', provider: 'anthropic', model: 'claude', usd: 10 / THOUSAND },
  { meter: 'searches', provider: 'gemini', model: 'gemini-3', usd: 14 / THOUSAND },
]

const DEFAULTS: Fields = { size: '1024x1024', quality: 'standard', resolution: '720p' }

interface Tool {
  kind: UnitKind
  count: number
}

/** Of the vendor's tools that an answer used. Null if the price of one is unknown. */
export function toolCostUsd(
  provider: string | null,
  model: string,
  tools: readonly Tool[],
): number | null {
  let sum = 0
  for (const { kind, count } of tools) {
    const price = TOOL_PRICES.find(
      (row) => row.meter === kind && row.provider === provider && model.startsWith(row.model),
    )
    if (price === undefined) return null
    sum += price.usd * count
  }
  return sum
}

/** Null if the model's price is unknown. */
export function unitCostUsd(
  meter: UnitKind,
  model: string,
  request: Fields,
  units: number,
): number | null {
  const price = PRICES.find((row) => row.meter === meter && fits(row, model, request))
  return price === undefined ? null : price.usd * units
}

function fits({ model, when = {} }: UnitPrice, asked: string, request: Fields): boolean {
  // Gemini's requests have such fields one level down.
  const parameters = (request.parameters ?? {}) as Fields
  const said: Fields = { ...DEFAULTS, ...defined(parameters), ...defined(request) }
  return (
    asked.startsWith(model) &&
    Object.entries(when).every(([name, value]) => String(said[name]).toLowerCase() === value)
  )
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null))
}

/** What a request may cost in tokens, told before it is sent: the reservation for limits and quotas. */
import type { Ask } from './ask.ts'

const CHARACTERS_A_TOKEN = 4
/** An image of 1024 × 1024 in full detail; its base64 read as text would count a thousand times that. */
const MEDIA_TOKENS = 765
/** Sums of these stay exact in a double, and so in Redis's Lua. */
const MOST_TOKENS = 2 ** 40
/** The parts of a message that carry media or a link to it. */
const MEDIA_PARTS = new Set(['image_url', 'input_image', 'input_audio', 'file', 'input_file'])
/** The members of a body that the upstream's model reads. */
const READ_BY_MODEL = ['messages', 'prompt', 'input', 'tools', 'functions'] as const

interface Tally {
  /** Characters of which it takes four for a token. */
  characters: number
  /** What counts as a token each: CJK characters, token numbers, media by their share. */
  tokens: number
}

/** The prompt by its characters, and the most that may be generated where the request says so. */
export function estimateTokens(ask: Ask): number {
  if (ask.endpoint === 'models') return 0
  const tally: Tally = { characters: 0, tokens: 0 }
  for (const member of READ_BY_MODEL) {
    const value = ask.body[member]
    if (value !== undefined) count(value, tally)
  }
  const prompt = Math.ceil(tally.characters / CHARACTERS_A_TOKEN) + tally.tokens
  return Math.min(prompt + mostGenerated(ask), MOST_TOKENS)
}

/** Both fields may stand in a body, and which of them counts is the upstream's decision. */
function mostGenerated({ body, choices, endpoint }: Ask): number {
  const each = Math.max(numberOr(body.max_completion_tokens, 0), numberOr(body.max_tokens, 0))
  if (endpoint !== 'completions') return each * choices
  return each * Math.max(choices, numberOr(body.best_of, 1)) * promptsIn(body.prompt)
}

/** A completion is generated for each text, or each list of token numbers, of a list. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function count(value: unknown, tally: Tally): void {
  if (typeof value === 'string') countText(value, tally)
  else if (Array.isArray(value)) countList(value, tally)
  else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    if (typeof fields.type === 'string' && MEDIA_PARTS.has(fields.type)) {
      tally.tokens += MEDIA_TOKENS
      return
    }
    for (const name in fields) count(fields[name], tally)
  }
}

/** `input` and `prompt` may be given as token numbers. */
function countList(items: readonly unknown[], tally: Tally): void {
  if (typeof items[0] === 'number') {
    tally.tokens += items.length
    return
  }
  for (const item of items) count(item, tally)
}

/** The byte length is found many characters at a time, and in plain ASCII it is the answer. */
function countText(text: string, tally: Tally): void {
  if (Buffer.byteLength(text) === text.length) tally.characters += text.length
  else countWideText(text, tally)
}

function countWideText(text: string, tally: Tally): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (!isWide(code)) {
      tally.characters++
      continue
    }
    tally.tokens++
    // Outside of the first plane a character is two units.
    if (code >= 0xd800 && code <= 0xdbff) at++
  }
}

/** Chinese, Japanese and Korean; of a character outside of the first plane, its first half. */
function isWide(code: number): boolean {
  if (code < 0x1100) return false
  return (
    code <= 0x11ff ||
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7ff) ||
    (code >= 0xd840 && code <= 0xd88f) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xffef)
  )
}

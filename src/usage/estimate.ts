/** Estimates a request's tokens before it is sent: the reservation for limits and quotas. */

import { PROTOCOLS } from '../protocols/index.ts'
import type { Found, ModelRequest } from '../protocols/protocol.ts'

const CHARACTERS_A_TOKEN = 4
/** Sums of these stay exact in a double, and so in Redis's Lua. */
const MAX_TOKENS = 2 ** 40

interface Tally extends Found {
  /** Characters that average four per token; every other character counts as one token. */
  characters: number
}

/** The prompt's characters plus the maximum output, if the request limits it. */
export function estimateTokens(request: ModelRequest): number {
  if (request.text === null) return 0
  const generated = PROTOCOLS[request.protocol].maxOutputTokens(request)
  return Math.min(estimatePrompt(request) + generated, MAX_TOKENS)
}

export function estimatePrompt(request: ModelRequest): number {
  const tally: Tally = { characters: 0, tokens: 0 }
  PROTOCOLS[request.protocol].findPrompt(request, tally, countText)
  return sumOf(tally)
}

export function estimateText(text: string): number {
  const tally: Tally = { characters: 0, tokens: 0 }
  countText(text, tally)
  return sumOf(tally)
}

function sumOf({ characters, tokens }: Tally): number {
  return Math.ceil(characters / CHARACTERS_A_TOKEN) + tokens
}

/** `Buffer.byteLength` is fast, and for pure ASCII it settles the count without a loop. */
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
    // Outside the Basic Multilingual Plane, a character is two UTF-16 units.
    if (code >= 0xd800 && code <= 0xdbff) at++
  }
}

/** Chinese, Japanese and Korean; for a character outside the BMP, its high surrogate. */
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

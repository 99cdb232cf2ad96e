/** What a request may cost in tokens, told before it is sent: the reservation for limits and quotas. */

import { PROTOCOLS } from '../protocols/index.ts'
import type { Found, ModelRequest } from '../protocols/protocol.ts'

const CHARACTERS_A_TOKEN = 4
/** Sums of these stay exact in a double, and so in Redis's Lua. */
const MAX_TOKENS = 2 ** 40

interface Tally extends Found {
  /** Characters of which it takes four for a token; of the others each is one. */
  characters: number
}

/** The prompt by its characters, and the most that may be generated, if the request limits it. */
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

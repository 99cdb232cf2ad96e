/** Reads a whole message. */

import type { NeutralResponse } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import type { Part, Signature } from '../neutral/neutral.ts'
import { UnreadableReply, type WireTarget } from '../translation/format.ts'
import { readBlock } from './read-blocks.ts'
import { readEnd } from './stop-reason.ts'
import { readUsage } from './usage.ts'

export function readResponse(body: unknown, target: WireTarget): NeutralResponse {
  if (!isObject(body) || !Array.isArray(body.content))
    throw new UnreadableReply('its answer is no Anthropic message')
  const parts = body.content.map((block, at) => readAnswerBlock(block, at, target))
  const called = parts.some((part) => part.type === 'call')
  return {
    id: typeof body.id === 'string' ? body.id : null,
    model: typeof body.model === 'string' ? body.model : null,
    parts,
    end: readEnd(body.stop_reason, body.stop_sequence, called),
    usage: readUsage(body.usage),
  }
}

function readAnswerBlock(block: unknown, at: number, target: WireTarget): Part {
  if (!isObject(block)) throw new UnreadableReply(`content block ${at} of its answer is no object`)
  try {
    return signed(readBlock(block, `content[${at}]`, target.vendor), target)
  } catch (cause) {
    throw new UnreadableReply(`content block ${at} of its answer can't be read`, { cause })
  }
}

/** Upstreams that speak this format without signing their thoughts are still known as their makers. */
function signed(part: Part, target: WireTarget): Part {
  if (part.type !== 'reasoning') return part
  const payload = part.signature?.payload ?? ''
  return { ...part, signature: signatureFrom(target, payload) }
}

export function signatureFrom({ vendor, account }: WireTarget, payload: string): Signature {
  return { vendor, account, payload }
}

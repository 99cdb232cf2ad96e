/** Parts of an answer, and the response around them, for a client of Gemini. */
import type { Candidate, Part as GeminiPart, GenerateContentResponse } from '@google/genai'
import type { EndReason, Usage } from '../neutral/answer.ts'
import { argsObject } from '../neutral/fields.ts'
import { typeByEnding } from '../neutral/media.ts'
import type { CallPart, MediaPart, Part, Signature } from '../neutral/neutral.ts'
import { writeFinishReason } from './finish-reason.ts'
import { toSlot } from './signature-slot.ts'
import { writeUsage } from './usage.ts'

/** The SDK's class without its getters. */
type Written = Pick<
  GenerateContentResponse,
  'candidates' | 'usageMetadata' | 'modelVersion' | 'responseId'
>

export interface Envelope {
  model: string
  responseId: string
}

export function writtenPart(part: Part): GeminiPart | null {
  switch (part.type) {
    case 'text':
      return { text: part.text, ...slot(part.signature) }
    case 'reasoning':
      return { text: part.text, thought: true, ...slot(part.signature) }
    case 'refusal':
      return { text: part.text }
    case 'call':
      return callPart(part)
    case 'media':
      return mediaPart(part)
    case 'vendor':
      return part.wire === 'gemini' ? { ...part.raw } : null
    case 'result':
      return null
  }
}

function mediaPart({ source, mime }: MediaPart): GeminiPart | null {
  if (source.type === 'data')
    return { inlineData: { mimeType: mime ?? 'application/octet-stream', data: source.data } }
  if (source.type !== 'url') return null
  const mimeType = mime ?? typeByEnding(source.url)
  return { fileData: { fileUri: source.url, ...(mimeType !== null && { mimeType }) } }
}

export function callPart({ id, name, args, signature }: CallPart): GeminiPart {
  return { functionCall: { id, name, args: { ...argsObject(args) } }, ...slot(signature) }
}

export function slot(signature: Signature | undefined): { thoughtSignature?: string } {
  return signature === undefined ? {} : { thoughtSignature: toSlot(signature) }
}

/** Clients drop the turn from their history if an event has no parts. */
export function candidate(parts: GeminiPart[], reason?: EndReason): Candidate {
  return {
    content: { role: 'model', parts: parts.length === 0 ? [{ text: '' }] : parts },
    index: 0,
    ...(reason !== undefined && { finishReason: writeFinishReason(reason) as never }),
  }
}

export function response(
  { model, responseId }: Envelope,
  written: Candidate,
  usage: Usage | null,
): Written {
  return {
    candidates: [written],
    ...(usage !== null && { usageMetadata: writeUsage(usage) }),
    modelVersion: model,
    responseId,
  }
}

/** Output items for a client, each from one part of the answer. */
import type {
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputText,
} from 'openai-7/resources/responses/responses.js'
import type { CallPart, Citation, Part, ReasoningPart, Signature } from '../neutral/neutral.ts'
import { signatureText } from '../translation/signatures.ts'

export const VENDOR = 'openai'

/** Gives each item of one answer its id. */
export type IdMaker = (prefix: string) => string

/** Ids are at most 64 characters there, and made of letters, digits and `_`. */
export function idMaker(requestId: string): IdMaker {
  let made = 0
  return (prefix) => `${prefix}_${idText(requestId)}_${made++}`
}

export function responseId(requestId: string): string {
  return `resp_${idText(requestId)}`
}

function idText(requestId: string): string {
  return requestId.replace(/\W/g, '').slice(-48)
}

/** None where the part means nothing to this format, two where a call carries a signature. */
export function itemsOf(part: Part, newId: IdMaker): ResponseOutputItem[] {
  switch (part.type) {
    case 'text':
      return [messageItem(newId('msg'), [outputText(part.text, part.citations ?? [])])]
    case 'refusal':
      return [messageItem(newId('msg'), [{ type: 'refusal', refusal: part.text }])]
    case 'reasoning':
      return [reasoningItem(part.id ?? newId('rs'), part.text, part.signature)]
    case 'call':
      return [...signatureItem(part.signature, newId), callItem(part, newId)]
    case 'media':
      return part.kind === 'image' && part.source.type === 'data'
        ? [imageItem(newId('ig'), part.source.data)]
        : []
    case 'vendor':
      return part.wire === 'responses' ? [part.raw as unknown as ResponseOutputItem] : []
    case 'result':
      return []
  }
}

export function messageItem(
  id: string,
  content: ResponseOutputMessage['content'],
  status: ResponseOutputMessage['status'] = 'completed',
): ResponseOutputMessage {
  return { type: 'message', id, role: 'assistant', status, content }
}

export function outputText(text: string, citations: readonly Citation[]): ResponseOutputText {
  const annotations = citations.map((citation) => annotationOf(citation, text))
  return { type: 'output_text', text, annotations, logprobs: [] }
}

export function annotationOf(citation: Citation, text: string): ResponseOutputText.URLCitation {
  const { url, title, start, end } = citation
  return {
    type: 'url_citation',
    url,
    title: title ?? url,
    start_index: start ?? 0,
    end_index: end ?? text.length,
  }
}

export function reasoningItem(
  id: string,
  text: string,
  signature: ReasoningPart['signature'],
): ResponseOutputItem {
  return {
    type: 'reasoning',
    id,
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    ...(signature !== undefined && { encrypted_content: signatureText(signature, VENDOR) }),
  }
}

/** Calls have no slot for a signature here: an empty thought before the call carries it. */
export function signatureItem(
  signature: Signature | undefined,
  newId: IdMaker,
): ResponseOutputItem[] {
  return signature === undefined ? [] : [reasoningItem(newId('rs'), '', signature)]
}

/** A call as it is when all its arguments are known. */
export function callItem(part: CallPart, newId: IdMaker): ResponseOutputItem {
  const shared = {
    call_id: part.id,
    name: part.name,
    ...(part.namespace !== undefined && { namespace: part.namespace }),
  }
  return part.freeform === true
    ? {
        type: 'custom_tool_call',
        id: part.itemId ?? newId('ctc'),
        ...shared,
        input: part.args,
      }
    : {
        type: 'function_call',
        id: part.itemId ?? newId('fc'),
        ...shared,
        arguments: part.args,
        status: 'completed',
      }
}

function imageItem(id: string, result: string): ResponseOutputItem {
  return { type: 'image_generation_call', id, result, status: 'completed' }
}

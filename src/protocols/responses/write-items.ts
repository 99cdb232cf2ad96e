/** Turns as the input items of the Responses API. */
import type {
  ResponseFunctionCallOutputItem,
  ResponseInputContent,
  ResponseInputItem,
  ResponseOutputMessage,
} from 'openai-7/resources/responses/responses.js'
import { fittedId, OPENAI_IDS } from '../neutral/call-ids.ts'
import { cannotCarry, turnsField } from '../neutral/carry.ts'
import type {
  CallPart,
  Loss,
  MediaPart,
  NeutralRequest,
  Part,
  ReasoningPart,
  ResultPart,
  Turn,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import type { WireTarget } from '../translation/format.ts'
import { returnsTo } from '../translation/signatures.ts'
import { annotationOf } from './items.ts'

export interface ItemContext {
  request: NeutralRequest
  target: WireTarget
  losses: Loss[]
}

export function writeInput(turns: readonly Turn[], context: ItemContext): ResponseInputItem[] {
  return turns.flatMap((turn) => writeTurn(turn, context))
}

/** Texts and media that follow each other are one message; calls, results and thoughts are items. */
function writeTurn({ role, parts }: Turn, context: ItemContext): ResponseInputItem[] {
  const items: ResponseInputItem[] = []
  let content: Part[] = []
  const endMessage = () => {
    if (content.length > 0) items.push(message(role, content, context))
    content = []
  }
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'media' || part.type === 'refusal') {
      content.push(part)
      continue
    }
    endMessage()
    items.push(...writeItem(part, context))
  }
  endMessage()
  return items
}

function message(
  role: Turn['role'],
  parts: readonly Part[],
  context: ItemContext,
): ResponseInputItem {
  if (role !== 'model')
    return { type: 'message', role, content: parts.map((part) => inputContent(part, context)) }
  const content = parts.map((part) =>
    part.type === 'refusal'
      ? ({ type: 'refusal', refusal: part.text } as const)
      : outputContent(part, context),
  )
  // The id and status of a message belong to stored ones.
  return { type: 'message', role: 'assistant', content } as ResponseOutputMessage
}

function outputContent(part: Part, { request }: ItemContext) {
  if (part.type === 'text') {
    const sources = part.citations?.filter(({ url }) => url !== '') ?? []
    const annotations = sources.map((source) => annotationOf(source, part.text))
    return { type: 'output_text', text: part.text, annotations } as const
  }
  throw cannotCarry(`${part.type} in an earlier answer`, 'responses', turnsField(request))
}

function inputContent(part: Part, context: ItemContext): ResponseInputContent {
  if (part.type === 'text' || part.type === 'refusal')
    return { type: 'input_text', text: part.text }
  if (part.type === 'media') return mediaContent(part, context)
  throw cannotCarry(`a part of type ${part.type}`, 'responses', turnsField(context.request))
}

function mediaContent(part: MediaPart, { request, target }: ItemContext): ResponseInputContent {
  const { kind, source, name } = part
  const field = turnsField(request)
  if (kind === 'audio' || kind === 'video' || !target.facts.media[kind])
    throw cannotCarry(`${kind} input`, 'responses', field)
  if (source.type === 'text')
    return {
      type: 'input_text',
      text: name === undefined ? source.text : `${name}\n${source.text}`,
    }
  if (source.type === 'file' && source.vendor !== 'openai')
    throw cannotCarry(`a file of ${source.vendor}`, 'responses', field)
  if (source.type === 'url' && !/^https?:/i.test(source.url))
    throw cannotCarry(`the address ${source.url.slice(0, 100)}`, 'responses', field)
  return kind === 'image' ? imageContent(part) : fileContent(part)
}

function imageContent({ source, mime, detail }: MediaPart): ResponseInputContent {
  return {
    type: 'input_image',
    detail: (detail ?? 'auto') as 'auto',
    ...(source.type === 'data' && { image_url: dataUrl(source.data, mime ?? 'image/png') }),
    ...(source.type === 'url' && { image_url: source.url }),
    ...(source.type === 'file' && { file_id: source.id }),
  }
}

function fileContent({ source, mime, name }: MediaPart): ResponseInputContent {
  const type = mime ?? 'application/pdf'
  return {
    type: 'input_file',
    ...(source.type === 'data' && {
      file_data: dataUrl(source.data, type),
      // OpenAI refuses data without a name.
      filename: name ?? (type === 'application/pdf' ? 'document.pdf' : 'document'),
    }),
    ...(source.type === 'url' && { file_url: source.url }),
    ...(source.type === 'file' && { file_id: source.id }),
  }
}

function dataUrl(data: string, mime: string): string {
  return `data:${mime};base64,${data}`
}

function writeItem(part: Part, context: ItemContext): ResponseInputItem[] {
  switch (part.type) {
    case 'call':
      return [writeCall(part)]
    case 'result':
      return [writeResult(part, context)]
    case 'reasoning':
      return writeReasoning(part, context)
    case 'vendor':
      return [part.raw as unknown as ResponseInputItem]
    default:
      return []
  }
}

/** Without the item's own id: nothing is stored under it. */
function writeCall(part: CallPart): ResponseInputItem {
  const shared = {
    call_id: fittedId(part.id, OPENAI_IDS),
    name: part.name,
    ...present({ namespace: part.namespace }),
  }
  return part.freeform === true
    ? { type: 'custom_tool_call', ...shared, input: part.args }
    : { type: 'function_call', ...shared, arguments: part.args === '' ? '{}' : part.args }
}

function writeResult(part: ResultPart, context: ItemContext): ResponseInputItem {
  const content = part.parts.map((each) => inputContent(each, context))
  const texts = content.map((each) => (each.type === 'input_text' ? each.text : null))
  // There is no flag for a tool that failed.
  const failed = part.error ? 'Error: ' : ''
  const output = texts.includes(null)
    ? [...(part.error ? [{ type: 'input_text' as const, text: 'Error:' }] : []), ...content]
    : `${failed}${texts.join('\n')}`
  return {
    type: part.freeform === true ? 'custom_tool_call_output' : 'function_call_output',
    call_id: fittedId(part.callId, OPENAI_IDS),
    output: output as string | ResponseFunctionCallOutputItem[],
  } as ResponseInputItem
}

/** OpenAI's thoughts are sealed; open models on this API take theirs back as text. */
function writeReasoning(part: ReasoningPart, context: ItemContext): ResponseInputItem[] {
  const { target, request, losses } = context
  const summary = part.text === '' ? [] : [{ type: 'summary_text' as const, text: part.text }]
  const id = part.id ?? ''
  if (returnsTo(part.signature, target)) {
    const sealed = { summary, encrypted_content: part.signature.payload }
    return [{ type: 'reasoning', ...(id !== '' && { id }), ...sealed } as ResponseInputItem]
  }
  if (target.vendor === 'openai' || part.signature !== undefined || part.text === '') {
    losses.push({
      field: turnsField(request),
      how: 'dropped',
      why: 'a thought of another model, or without its signature',
    })
    return []
  }
  return [
    { type: 'reasoning', id, summary: [], content: [{ type: 'reasoning_text', text: part.text }] },
  ]
}

/** The `input` of a request, item by item, as turns; tools that an item adds come along. */
import type { ResponseInputItem } from 'openai-7/resources/responses/responses.js'
import {
  isObject,
  objectAt,
  optionalList,
  optionalText,
  refuse,
  textAt,
} from '../neutral/fields.ts'
import type { JsonObject, Part, ReasoningPart, Tool, Turn, VendorPart } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { readSignature } from '../translation/signatures.ts'
import { readContent } from './read-content.ts'
import { readTools } from './read-tools.ts'

export interface ReadInput {
  turns: Turn[]
  /** From `additional_tools` and `tool_search_output` items: tools from there on. */
  tools: Tool[]
}

export function readInput(input: unknown, field = 'input'): ReadInput {
  if (typeof input === 'string') {
    return { turns: [{ role: 'user', parts: readContent(input, field) }], tools: [] }
  }
  const turns: { role: Turn['role']; parts: Part[] }[] = []
  const tools: Tool[] = []
  for (const [at, value] of optionalList(input, field).entries()) {
    const place = `${field}[${at}]`
    const item = objectAt(value, place)
    tools.push(...addedTools(item, place))
    const { role, parts } = readItem(item, place)
    const last = turns.at(-1)
    // Each system message stays one of its own; other neighbours of one role are one turn.
    if (last?.role === role && role !== 'system') last.parts.push(...parts)
    else if (parts.length > 0) turns.push({ role, parts: [...parts] })
  }
  return { turns, tools }
}

function addedTools(item: JsonObject, field: string): Tool[] {
  const adds = item.type === 'additional_tools' || item.type === 'tool_search_output'
  return adds ? readTools(item.tools, `${field}.tools`) : []
}

const ROLES: Readonly<Record<string, Turn['role']>> = {
  user: 'user',
  assistant: 'model',
  system: 'system',
  developer: 'system',
}

function readItem(item: JsonObject, field: string): Turn {
  // A message may leave its type out, and so may a reference to an item.
  const isReference = item.role === undefined && typeof item.id === 'string'
  const type = item.type ?? (isReference ? 'item_reference' : 'message')
  switch (type) {
    case 'message':
      return readMessage(item, field)
    case 'reasoning':
      return { role: 'model', parts: [readReasoning(item)] }
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'model', parts: [readCall(item, field)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'user', parts: [readResult(item, field)] }
    case 'additional_tools':
      return { role: 'system', parts: [] }
    default:
      return vendorItem({ ...item, type }, field)
  }
}

function readMessage(item: JsonObject, field: string): Turn {
  const role = ROLES[textAt(item.role, `${field}.role`)]
  if (role === undefined)
    throw refuse(`${field}.role`, 'must be user, assistant, system or developer')
  return { role, parts: readContent(item.content, `${field}.content`) }
}

/** The text is the summary, or where there is none the thought itself (open models). */
export function readReasoning(item: JsonObject): ReasoningPart {
  const texts = (list: unknown) =>
    (Array.isArray(list) ? list : []).flatMap((part) =>
      isObject(part) && typeof part.text === 'string' ? [part.text] : [],
    )
  const { encrypted_content: sealed, id } = item
  const summary = texts(item.summary)
  return {
    type: 'reasoning',
    text: (summary.length > 0 ? summary : texts(item.content)).join('\n\n'),
    ...(typeof sealed === 'string' &&
      sealed !== '' && { signature: readSignature(sealed, 'openai') }),
    ...(typeof id === 'string' && { id }),
  }
}

function readCall(item: JsonObject, field: string): Part {
  const freeform = item.type === 'custom_tool_call'
  const args = freeform ? 'input' : 'arguments'
  return {
    type: 'call',
    id: textAt(item.call_id, `${field}.call_id`),
    name: textAt(item.name, `${field}.name`),
    args: textAt(item[args], `${field}.${args}`),
    ...(freeform && { freeform }),
    ...present({
      namespace: optionalText(item.namespace, `${field}.namespace`),
      itemId: optionalText(item.id, `${field}.id`),
    }),
  }
}

function readResult(item: JsonObject, field: string): Part {
  return {
    type: 'result',
    callId: textAt(item.call_id, `${field}.call_id`),
    parts: readContent(item.output, `${field}.output`),
    error: false,
    ...(item.type === 'custom_tool_call_output' && { freeform: true }),
  }
}

/**
 * What the client itself gave, or the conversation until then, in a form that only OpenAI knows; the rest are the
 * model's own records.
 */
const FROM_CLIENT: ReadonlySet<string> = new Set<NonNullable<ResponseInputItem['type']>>([
  'item_reference',
  'compaction',
  'compaction_trigger',
  'computer_call_output',
  'local_shell_call_output',
  'shell_call_output',
  'apply_patch_call_output',
  'mcp_approval_response',
])

function vendorItem(item: JsonObject, field: string): Turn {
  const role = FROM_CLIENT.has(textAt(item.type, `${field}.type`)) ? 'user' : 'model'
  const plain = item.type === 'image_generation_call' ? readPicture(item) : null
  return { role, parts: [{ type: 'vendor', wire: 'responses', raw: item, ...plain }] }
}

/** A picture of an earlier answer. Without its bytes only OpenAI knows it. */
function readPicture({ result, output_format: format }: JsonObject): Pick<VendorPart, 'plain'> {
  if (typeof result !== 'string' || result === '') return {}
  const mime = `image/${typeof format === 'string' ? format : 'png'}`
  const source = { type: 'data' as const, data: result }
  return { plain: [{ type: 'media', kind: 'image', source, mime }] }
}

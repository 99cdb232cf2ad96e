/** Reads the messages of a Chat Completions request. */
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai-7/resources/chat/completions.js'
import { invalidRequest } from '../../../core/errors.ts'
import {
  isUnset,
  listAt,
  nameAt,
  objectAt,
  optionalList,
  optionalText,
  textAt,
} from '../../neutral/fields.ts'
import { dataUrl } from '../../neutral/media.ts'
import type { CallPart, JsonObject, MediaPart, Part, Turn } from '../../neutral/neutral.ts'
import { citationsOf } from './answer-content.ts'
import { readCacheMark } from './cache-mark.ts'

export function readMessages(value: unknown): Turn[] {
  return listAt(value, 'messages').map((message, at) =>
    readMessage(objectAt(message, `messages[${at}]`), `messages[${at}]`),
  )
}

function readMessage(message: JsonObject, path: string): Turn {
  const content = `${path}.content`
  switch (message.role as ChatCompletionMessageParam['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: readContent(message.content, content) }
    case 'user':
      return { role: 'user', parts: readContent(message.content, content) }
    case 'assistant':
      return { role: 'model', parts: readAssistant(message, path) }
    case 'tool':
      return {
        role: 'user',
        parts: [
          {
            type: 'result',
            callId: nameAt(message.tool_call_id, `${path}.tool_call_id`),
            parts: isUnset(message.content) ? [] : readContent(message.content, content),
            error: false,
          },
        ],
      }
    default:
      throw invalidRequest(
        `'${path}.role' must be system, developer, user, assistant or tool`,
        `${path}.role`,
      )
  }
}

/** An answer that OpenAI keeps, and the form of calls before `tool_calls`. */
const NOT_READ_INSTEAD = {
  audio: 'send the text of its transcript as content',
  function_call: 'send it as one of tool_calls, and its result as a message of the role tool',
} as const
const NOT_READ = Object.keys(NOT_READ_INSTEAD) as (keyof typeof NOT_READ_INSTEAD)[]

/** A thought comes first; it is what led to the rest. */
function readAssistant(message: JsonObject, path: string): Part[] {
  for (const field of NOT_READ)
    if (!isUnset(message[field]))
      throw invalidRequest(
        `'${path}.${field}' can't be sent to this model, whose upstream speaks another format; ${NOT_READ_INSTEAD[field]}`,
        `${path}.${field}`,
      )
  const parts: Part[] = []
  const thought = message.reasoning_content ?? message.reasoning
  if (typeof thought === 'string' && thought !== '')
    parts.push({ type: 'reasoning', text: thought })
  if (!isUnset(message.content))
    parts.push(...cited(readContent(message.content, `${path}.content`), message.annotations))
  if (!parts.some((part) => part.type === 'media'))
    parts.push(...readImages(message.images, `${path}.images`))
  const refusal = optionalText(message.refusal, `${path}.refusal`)
  if (refusal !== undefined && refusal !== '') parts.push({ type: 'refusal', text: refusal })
  optionalList(message.tool_calls, `${path}.tool_calls`).forEach((call, at) => {
    parts.push(readCall(objectAt(call, `${path}.tool_calls[${at}]`), `${path}.tool_calls[${at}]`))
  })
  return parts
}

/** The places of sources count from the beginning of the content. */
function cited([first, ...rest]: Part[], annotations: unknown): Part[] {
  if (first === undefined) return []
  const citations = citationsOf(annotations)
  return [first.type === 'text' && citations.length > 0 ? { ...first, citations } : first, ...rest]
}

/** As answers have them: clients send them back. */
function readImages(value: unknown, path: string): MediaPart[] {
  return optionalList(value, path).map((image, at) => {
    const place = `${path}[${at}].image_url`
    return readUrl(objectAt(image, `${path}[${at}]`).image_url, 'image', place)
  })
}

function readCall(call: JsonObject, path: string): CallPart {
  const id = nameAt(call.id, `${path}.id`)
  if (call.type === 'custom') {
    const custom = objectAt(call.custom, `${path}.custom`)
    const name = nameAt(custom.name, `${path}.custom.name`)
    return {
      type: 'call',
      id,
      name,
      args: textAt(custom.input, `${path}.custom.input`),
      freeform: true,
    }
  }
  const called = objectAt(call.function, `${path}.function`)
  const args = optionalText(called.arguments, `${path}.function.arguments`) ?? ''
  return {
    type: 'call',
    id,
    name: nameAt(called.name, `${path}.function.name`),
    args: args.trim() === '' ? '{}' : args,
  }
}

function readContent(value: unknown, path: string): Part[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  return listAt(value, path).map((part, at) =>
    readPart(objectAt(part, `${path}[${at}]`), `${path}[${at}]`),
  )
}

function readPart(part: JsonObject, path: string): Part {
  const cache = readCacheMark(part)
  switch (part.type as ChatCompletionContentPart['type'] | 'refusal' | 'video_url') {
    case 'text':
      return { type: 'text', text: textAt(part.text, `${path}.text`), ...cache }
    case 'refusal':
      return { type: 'refusal', text: textAt(part.refusal, `${path}.refusal`) }
    case 'image_url':
      return { ...readUrl(part.image_url, 'image', `${path}.image_url`), ...cache }
    case 'video_url':
      return { ...readUrl(part.video_url, 'video', `${path}.video_url`), ...cache }
    case 'input_audio': {
      const audio = objectAt(part.input_audio, `${path}.input_audio`)
      const mime = `audio/${textAt(audio.format, `${path}.input_audio.format`)}`
      const source = { type: 'data' as const, data: textAt(audio.data, `${path}.input_audio.data`) }
      return { type: 'media', kind: 'audio', mime, source, ...cache }
    }
    case 'file':
      return { ...readFile(objectAt(part.file, `${path}.file`), `${path}.file`), ...cache }
    default:
      throw invalidRequest(
        `'${path}.type' must be text, image_url, input_audio, file or refusal`,
        `${path}.type`,
      )
  }
}

/** `{url, detail}`, or the bare URL that some clients send. */
function readUrl(value: unknown, kind: 'image' | 'video', path: string): MediaPart {
  const holder = typeof value === 'string' ? { url: value } : objectAt(value, path)
  const url = nameAt(holder.url, `${path}.url`)
  const part: MediaPart = { type: 'media', kind, ...dataUrl(url, `${path}.url`) }
  return typeof holder.detail === 'string' ? { ...part, detail: holder.detail } : part
}

function readFile(file: JsonObject, path: string): MediaPart {
  const name = optionalText(file.filename, `${path}.filename`)
  const named = name === undefined ? {} : { name }
  if (!isUnset(file.file_id)) {
    const id = nameAt(file.file_id, `${path}.file_id`)
    return {
      type: 'media',
      kind: 'document',
      mime: null,
      source: { type: 'file', id, vendor: 'openai' },
      ...named,
    }
  }
  const data = nameAt(file.file_data, `${path}.file_data`)
  // Both are sent: a data URL, and the bare base64 of a PDF.
  const read = data.startsWith('data:')
    ? dataUrl(data, `${path}.file_data`)
    : { mime: 'application/pdf', source: { type: 'data' as const, data } }
  return { type: 'media', kind: 'document', ...read, ...named }
}

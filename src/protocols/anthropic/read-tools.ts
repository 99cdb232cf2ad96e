/** Reads the tools of a Messages request. */
import {
  choiceAt,
  isUnset,
  nameAt,
  objectAt,
  optionalBoolean,
  optionalList,
  optionalObject,
  optionalText,
} from '../neutral/fields.ts'
import type { FunctionTool, JsonObject, Tool, ToolChoice } from '../neutral/neutral.ts'
import { readCacheMark } from './read-blocks.ts'

const KNOWN_TOOL = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

export function readTools(value: unknown): Tool[] {
  return optionalList(value, 'tools').map((tool, at) =>
    readTool(objectAt(tool, `tools[${at}]`), `tools[${at}]`),
  )
}

function readTool(tool: JsonObject, path: string): Tool {
  const { type } = tool
  if (!isUnset(type) && type !== 'custom') {
    return { type: 'vendor', wire: 'messages', name: nameAt(type, `${path}.type`), raw: tool }
  }
  const read: FunctionTool = {
    type: 'function',
    name: nameAt(tool.name, `${path}.name`),
    schema: optionalObject(tool.input_schema, `${path}.input_schema`) ?? null,
  }
  const description = optionalText(tool.description, `${path}.description`)
  const strict = optionalBoolean(tool.strict, `${path}.strict`)
  const cache = readCacheMark(tool, path)
  if (description !== undefined) read.description = description
  if (strict !== undefined) read.strict = strict
  if (cache !== undefined) read.cache = cache
  const own = Object.entries(tool).filter(([name, set]) => !KNOWN_TOOL.has(name) && !isUnset(set))
  if (own.length > 0) read.own = Object.fromEntries(own)
  return read
}

export function readToolChoice(value: unknown): { choice: ToolChoice; parallel: boolean | null } {
  const choice = optionalObject(value, 'tool_choice')
  if (choice === undefined) return { choice: { type: 'auto' }, parallel: null }
  const disabled = optionalBoolean(
    choice.disable_parallel_tool_use,
    'tool_choice.disable_parallel_tool_use',
  )
  const parallel = disabled === undefined ? null : !disabled
  const type = choiceAt(choice.type, ['auto', 'any', 'none', 'tool'], 'tool_choice.type')
  if (type === 'tool')
    return { choice: { type, name: nameAt(choice.name, 'tool_choice.name') }, parallel }
  return { choice: { type: type === 'any' ? 'required' : type }, parallel }
}

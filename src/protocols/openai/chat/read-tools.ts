/** Reads the tools of a Chat Completions request. */

import {
  choiceAt,
  isObject,
  isUnset,
  listAt,
  nameAt,
  objectAt,
  optionalBoolean,
  optionalList,
  optionalObject,
  optionalText,
  textAt,
} from '../../neutral/fields.ts'
import type {
  CustomTool,
  FunctionTool,
  JsonObject,
  Tool,
  ToolChoice,
} from '../../neutral/neutral.ts'
import { readCacheMark } from './cache-mark.ts'

export function readTools(value: unknown): Tool[] {
  return optionalList(value, 'tools').map((tool, at) =>
    readTool(objectAt(tool, `tools[${at}]`), `tools[${at}]`),
  )
}

function readTool(tool: JsonObject, path: string): Tool {
  const type = nameAt(tool.type, `${path}.type`)
  if (type === 'function')
    return {
      ...readFunction(objectAt(tool.function, `${path}.function`), `${path}.function`),
      ...readCacheMark(tool),
    }
  if (type === 'custom')
    return readCustom(objectAt(tool.custom, `${path}.custom`), `${path}.custom`)
  return { type: 'vendor', wire: 'chat', name: type, raw: tool }
}

function readFunction(tool: JsonObject, path: string): FunctionTool {
  const read: FunctionTool = {
    type: 'function',
    name: nameAt(tool.name, `${path}.name`),
    schema: optionalObject(tool.parameters, `${path}.parameters`) ?? null,
  }
  const description = optionalText(tool.description, `${path}.description`)
  const strict = optionalBoolean(tool.strict, `${path}.strict`)
  if (description !== undefined) read.description = description
  if (strict !== undefined) read.strict = strict
  return read
}

function readCustom(tool: JsonObject, path: string): CustomTool {
  const read: CustomTool = { type: 'custom', name: nameAt(tool.name, `${path}.name`) }
  const description = optionalText(tool.description, `${path}.description`)
  if (description !== undefined) read.description = description
  const format = optionalObject(tool.format, `${path}.format`)
  if (format?.type === 'grammar') {
    const grammar = objectAt(format.grammar, `${path}.format.grammar`)
    read.grammar = {
      syntax: textAt(grammar.syntax, `${path}.format.grammar.syntax`),
      definition: textAt(grammar.definition, `${path}.format.grammar.definition`),
    }
  }
  return read
}

export function readToolChoice(value: unknown): ToolChoice {
  if (isUnset(value)) return { type: 'auto' }
  if (typeof value === 'string')
    return { type: choiceAt(value, ['auto', 'none', 'required'], 'tool_choice') }
  const choice = objectAt(value, 'tool_choice')
  const type = choiceAt(choice.type, ['function', 'custom', 'allowed_tools'], 'tool_choice.type')
  const named = objectAt(choice[type], `tool_choice.${type}`)
  if (type !== 'allowed_tools')
    return { type: 'tool', name: nameAt(named.name, `tool_choice.${type}.name`) }
  const path = 'tool_choice.allowed_tools'
  return {
    type: 'allowed',
    required: choiceAt(named.mode, ['auto', 'required'], `${path}.mode`) === 'required',
    tools: listAt(named.tools, `${path}.tools`).map((tool, at) => ({
      name: allowedName(tool, `${path}.tools[${at}]`),
    })),
  }
}

function allowedName(value: unknown, path: string): string {
  const tool = objectAt(value, path)
  const inner = isObject(tool.function) ? tool.function : isObject(tool.custom) ? tool.custom : tool
  return nameAt(inner.name, `${path}.name`)
}

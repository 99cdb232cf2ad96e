/** The tools of a request and the choice among them. */
import {
  isObject,
  objectAt,
  optionalBoolean,
  optionalList,
  optionalText,
  refuse,
  textAt,
} from '../neutral/fields.ts'
import type { JsonObject, Tool, ToolChoice } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'

/** Each tool of a namespace carries its name, which other wires write, or digest, for each of them. */
const MAX_NAMESPACE = 1_000

/** A namespace is not a tool: its children are, each with the namespace's name. */
export function readTools(tools: unknown, field: string, namespace?: string): Tool[] {
  return optionalList(tools, field).flatMap((value, at) => {
    const place = `${field}[${at}]`
    const tool = objectAt(value, place)
    if (tool.type !== 'namespace') return [readTool(tool, place, namespace)]
    const name = textAt(tool.name, `${place}.name`)
    if (name.length > MAX_NAMESPACE)
      throw refuse(`${place}.name`, `must have at most ${MAX_NAMESPACE} characters`)
    return readTools(tool.tools, `${place}.tools`, name)
  })
}

function readTool(tool: JsonObject, field: string, namespace?: string): Tool {
  const type = textAt(tool.type, `${field}.type`)
  if (type === 'function') return readFunction(tool, field, namespace)
  if (type === 'custom') return readCustom(tool, field, namespace)
  return { type: 'vendor', wire: 'responses', name: type, raw: tool }
}

function readFunction(tool: JsonObject, field: string, namespace?: string): Tool {
  const { parameters } = tool
  return {
    type: 'function',
    name: textAt(tool.name, `${field}.name`),
    schema:
      parameters === undefined || parameters === null
        ? null
        : objectAt(parameters, `${field}.parameters`),
    ...present({
      namespace,
      description: optionalText(tool.description, `${field}.description`),
      strict: optionalBoolean(tool.strict, `${field}.strict`),
    }),
  }
}

function readCustom(tool: JsonObject, field: string, namespace?: string): Tool {
  return {
    type: 'custom',
    name: textAt(tool.name, `${field}.name`),
    ...present({
      namespace,
      description: optionalText(tool.description, `${field}.description`),
      grammar: grammarOf(tool.format, `${field}.format`),
    }),
  }
}

function grammarOf(format: unknown, field: string) {
  if (!isObject(format) || format.type !== 'grammar') return undefined
  return {
    syntax: textAt(format.syntax, `${field}.syntax`),
    definition: textAt(format.definition, `${field}.definition`),
  }
}

export function readToolChoice(choice: unknown): ToolChoice {
  const field = 'tool_choice'
  if (choice === undefined || choice === null) return { type: 'auto' }
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  const asked = objectAt(choice, field)
  switch (asked.type) {
    case 'function':
    case 'custom':
      return {
        type: 'tool',
        name: textAt(asked.name, `${field}.name`),
        ...present({ namespace: optionalText(asked.namespace, `${field}.namespace`) }),
      }
    case 'allowed_tools':
      return {
        type: 'allowed',
        required: asked.mode === 'required',
        tools: optionalList(asked.tools, `${field}.tools`).map((tool, at) => {
          const place = `${field}.tools[${at}]`
          const { name, type, namespace } = objectAt(tool, place)
          return {
            name: textAt(name ?? type, `${place}.name`),
            ...present({ namespace: optionalText(namespace, `${place}.namespace`) }),
          }
        }),
      }
    default:
      // A hosted tool (`{type: "web_search"}`) is named by its type.
      if (typeof asked.type === 'string') return { type: 'tool', name: asked.type }
      throw refuse(field, 'must be auto, none, required or an object with a type')
  }
}

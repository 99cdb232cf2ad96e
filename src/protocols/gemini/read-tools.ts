/** The tools of a request: function declarations, and what Google runs itself. */
import type { Tool as GeminiTool } from '@google/genai'
import { objectAt, optionalList, optionalObject, optionalText, textAt } from '../neutral/fields.ts'
import type { FunctionTool, JsonObject, Tool, ToolChoice } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { jsonSchemaOf } from './json/schema-types.ts'

const DECLARATIONS: keyof GeminiTool = 'functionDeclarations'

export function readTools(tools: unknown): Tool[] {
  return optionalList(tools, 'tools').flatMap((value, at) => {
    const field = `tools[${at}]`
    const tool = objectAt(value, field)
    return Object.keys(tool).flatMap((name): Tool[] =>
      name === DECLARATIONS
        ? optionalList(tool[name], `${field}.${name}`).map((each, index) =>
            readFunction(objectAt(each, `${field}.${name}`), `${field}.${name}[${index}]`),
          )
        : [{ type: 'vendor', wire: 'gemini', name, raw: { [name]: tool[name] } }],
    )
  })
}

function readFunction(declaration: JsonObject, field: string): FunctionTool {
  const { parameters, parametersJsonSchema } = declaration
  const json = optionalObject(parametersJsonSchema, `${field}.parametersJsonSchema`)
  const openApi = optionalObject(parameters, `${field}.parameters`)
  return {
    type: 'function',
    name: textAt(declaration.name, `${field}.name`),
    schema: json ?? (openApi === undefined ? null : jsonSchemaOf(openApi)),
    ...present({ description: optionalText(declaration.description, `${field}.description`) }),
  }
}

export function readToolChoice(value: unknown): ToolChoice {
  const field = 'toolConfig.functionCallingConfig'
  const config = optionalObject(value, field) ?? {}
  const names = optionalList(config.allowedFunctionNames, `${field}.allowedFunctionNames`).map(
    (name, at) => textAt(name, `${field}.allowedFunctionNames[${at}]`),
  )
  const [only] = names
  switch (config.mode) {
    case 'NONE':
    case 3:
      return { type: 'none' }
    case 'ANY':
    case 2:
      if (only === undefined) return { type: 'required' }
      return names.length === 1
        ? { type: 'tool', name: only }
        : { type: 'allowed', required: true, tools: names.map(named) }
    default:
      // AUTO, and VALIDATED, which only promises valid arguments.
      return names.length === 0
        ? { type: 'auto' }
        : { type: 'allowed', required: false, tools: names.map(named) }
  }
}

function named(name: string) {
  return { name }
}

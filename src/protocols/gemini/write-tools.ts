/** The tools of a request to Gemini, and the choice among them. */
import type {
  FunctionCallingConfigMode,
  FunctionDeclaration,
  Tool as GeminiTool,
} from '@google/genai'
import type {
  FunctionTool,
  JsonObject,
  Loss,
  NeutralRequest,
  ToolChoice,
} from '../neutral/neutral.ts'
import { objectSchema } from '../schemas/object-schema.ts'
import { isRecursive, simplified } from '../schemas/schema.ts'

export function writeTools({ tools, names }: NeutralRequest, losses: Loss[]): GeminiTool[] {
  const functions = tools.filter((tool) => tool.type === 'function')
  for (const { schema, strict } of functions) {
    reportRecursion(schema, names.tools, losses)
    if (strict === true)
      losses.push({ field: names.strict, how: 'dropped', why: 'Gemini has no such field' })
  }
  const others = tools.filter((tool) => tool.type === 'vendor')
  return [
    ...(functions.length > 0 ? [{ functionDeclarations: functions.map(declaration) }] : []),
    ...others.map(({ raw }) => ({ ...raw })),
  ]
}

export function reportRecursion(schema: JsonObject | null, field: string, losses: Loss[]): void {
  if (schema !== null && isRecursive(schema))
    losses.push({ field, how: 'clamped', why: 'a schema that contains itself is cut' })
}

function declaration({ name, description, schema }: FunctionTool): FunctionDeclaration {
  return {
    name,
    ...(description !== undefined && { description }),
    ...(schema !== null && { parametersJsonSchema: simplified(objectSchema(schema)) }),
  }
}

type Mode = `${FunctionCallingConfigMode}`

export function writeToolConfig(choice: ToolChoice): { toolConfig?: object } {
  const config = (mode: Mode, allowedFunctionNames?: string[]) => ({
    toolConfig: {
      functionCallingConfig: {
        mode,
        ...(allowedFunctionNames !== undefined && { allowedFunctionNames }),
      },
    },
  })
  switch (choice.type) {
    case 'none':
      return config('NONE')
    case 'required':
      return config('ANY')
    case 'tool':
      return config('ANY', [choice.name])
    default:
      return {}
  }
}

/** Tools and the choice among them, as the Responses API takes them. */
import type {
  ResponseCreateParams,
  Tool as WireTool,
} from 'openai-7/resources/responses/responses.js'
import type {
  CustomTool,
  DialectName,
  FunctionTool,
  JsonObject,
  Tool,
  ToolChoice,
  ToolName,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { objectSchema } from '../schemas/object-schema.ts'

type Function = Extract<WireTool, { type: 'function' }>
type Custom = Extract<WireTool, { type: 'custom' }>
type Namespace = Extract<WireTool, { type: 'namespace' }>

/** Tools of one namespace are grouped at the position of the first. Vendor tools of other wires are left out. */
export function writeTools(tools: readonly Tool[], dialect: DialectName): WireTool[] {
  const written: WireTool[] = []
  const namespaces = new Map<string, (Function | Custom)[]>()
  for (const tool of tools) {
    if (tool.type === 'vendor') {
      if (tool.wire === 'responses') written.push(tool.raw as unknown as WireTool)
      continue
    }
    const wire = tool.type === 'function' ? functionTool(tool, dialect) : customTool(tool)
    if (tool.namespace === undefined) {
      written.push(wire)
      continue
    }
    const known = namespaces.get(tool.namespace)
    if (known !== undefined) known.push(wire)
    else {
      const children = [wire]
      namespaces.set(tool.namespace, children)
      written.push(namespaceTool(tool.namespace, children))
    }
  }
  return written
}

function namespaceTool(name: string, children: (Function | Custom)[]): Namespace {
  return { type: 'namespace', name, description: name, tools: children }
}

/** Without `strict` OpenAI rewrites the schema so that all is required; no other format means that. */
function functionTool(tool: FunctionTool, dialect: DialectName): Function {
  const unsaid = dialect === 'responses' ? undefined : false
  return {
    type: 'function',
    name: tool.name,
    parameters: {
      ...(dialect === 'responses' && tool.schema !== null
        ? tool.schema
        : objectSchema(tool.schema)),
    },
    ...present({ description: tool.description, strict: tool.strict ?? unsaid }),
  } as Function
}

function customTool({ name, description, grammar }: CustomTool): Custom {
  return {
    type: 'custom',
    name,
    ...present({ description }),
    ...(grammar !== undefined && {
      format: {
        type: 'grammar',
        syntax: grammar.syntax as 'lark' | 'regex',
        definition: grammar.definition,
      },
    }),
  }
}

export function writeToolChoice(
  choice: ToolChoice,
  tools: readonly Tool[],
): NonNullable<ResponseCreateParams['tool_choice']> {
  if (choice.type === 'allowed') {
    const types = typesOf(tools)
    return {
      type: 'allowed_tools',
      mode: choice.required ? 'required' : 'auto',
      tools: choice.tools.map((each) => named(each, types) as Record<string, unknown>),
    }
  }
  if (choice.type !== 'tool') return choice.type
  return named(choice, typesOf(tools)) as unknown as ResponseCreateParams['tool_choice'] & object
}

/** A custom tool is chosen as one, a vendor's by its type. */
function named(
  { name, namespace }: ToolName,
  types: ReadonlyMap<string, Tool['type']>,
): JsonObject {
  const type = types.get(name) ?? 'function'
  return type === 'vendor' ? { type: name } : { type, name, ...present({ namespace }) }
}

/** By name; of two with the same name the first counts. */
function typesOf(tools: readonly Tool[]): ReadonlyMap<string, Tool['type']> {
  return new Map(tools.toReversed().map(({ name, type }) => [name, type]))
}

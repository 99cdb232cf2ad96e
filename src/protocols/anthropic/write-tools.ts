/** Writes the tools of a Messages request and which of them may be called. */
import { withStubs } from '../neutral/carry.ts'
import type { FunctionTool, JsonObject, Loss, NeutralRequest, Tool } from '../neutral/neutral.ts'
import { objectSchema } from '../schemas/object-schema.ts'
import { closedSchema, isClosable } from './closed-schema.ts'
import { cacheControl } from './write-blocks.ts'

export function writeTools(request: NeutralRequest, losses: Loss[]): JsonObject {
  const tools = withStubs(request, losses)
  if (tools.length === 0) return {}
  const stubbed = request.tools.length === 0
  const choice = stubbed ? { type: 'none' } : toolChoice(request)
  return {
    tools: tools.map((tool) => writeTool(tool, request, losses)),
    ...(choice !== null && { tool_choice: choice }),
  }
}

function writeTool(tool: Tool, request: NeutralRequest, losses: Loss[]): JsonObject {
  if (tool.type === 'vendor') return tool.raw
  if (tool.type === 'custom') throw new Error(`tool '${tool.name}' was not flattened`)
  const { name, description, cache, own } = tool
  const { schema, strict } = strictOf(tool, request, losses)
  return {
    ...own,
    name,
    ...(description !== undefined && { description }),
    input_schema: schema,
    ...(strict !== undefined && { strict }),
    ...cacheControl(cache),
  }
}

/** Strictly Claude takes closed schemas only; where that would change the schema, it is not held to it. */
export function strictOf(
  tool: FunctionTool,
  { dialect, names }: NeutralRequest,
  losses: Loss[],
): { schema: JsonObject; strict?: boolean } {
  const { strict } = tool
  const schema = objectSchema(tool.schema)
  if (strict !== true || dialect === 'messages')
    return { schema, ...(strict !== undefined && { strict }) }
  if (isClosable(schema)) return { schema: closedSchema(schema), strict }
  losses.push({
    field: names.strict,
    how: 'dropped',
    why: 'the model can’t be held to a schema that contains itself or has open objects',
  })
  return { schema }
}

/** Null: Claude's default. `none` takes no word about parallel calls. */
function toolChoice({ toolChoice: choice, parallel }: NeutralRequest): JsonObject | null {
  const serial = parallel === null ? {} : { disable_parallel_tool_use: !parallel }
  switch (choice.type) {
    case 'tool':
      return { type: 'tool', name: choice.name, ...serial }
    case 'required':
      return { type: 'any', ...serial }
    case 'none':
      return { type: 'none' }
    default:
      return parallel === null ? null : { type: 'auto', ...serial }
  }
}

/** Writes the tools of a Messages request and which of them may be called. */
import { withStubs } from '../neutral/carry.ts'
import type { JsonObject, Loss, NeutralRequest, Tool } from '../neutral/neutral.ts'
import { objectSchema } from '../neutral/schema.ts'
import { cacheControl } from './write-blocks.ts'

export function writeTools(request: NeutralRequest, losses: Loss[]): JsonObject {
  const tools = withStubs(request, losses)
  if (tools.length === 0) return {}
  const stubbed = request.tools.length === 0
  const choice = stubbed ? { type: 'none' } : toolChoice(request)
  return { tools: tools.map(writeTool), ...(choice !== null && { tool_choice: choice }) }
}

function writeTool(tool: Tool): JsonObject {
  if (tool.type === 'vendor') return tool.raw
  if (tool.type === 'custom') throw new Error(`tool '${tool.name}' was not flattened`)
  const { name, description, schema, strict, cache, own } = tool
  return {
    ...own,
    name,
    ...(description !== undefined && { description }),
    input_schema: objectSchema(schema),
    ...(strict !== undefined && { strict }),
    ...cacheControl(cache),
  }
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

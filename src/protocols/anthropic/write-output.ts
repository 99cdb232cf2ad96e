/** Writes the form that the answer is to have: Claude's own, or a forced tool, or words. */
import type { ModelFacts } from '../neutral/model-facts.ts'
import type { FunctionTool, JsonObject, Loss, NeutralRequest } from '../neutral/neutral.ts'
import { describedSchema, objectSchema } from '../schemas/object-schema.ts'
import { wrappedOutput } from '../schemas/wrapped-output.ts'
import { closedSchema, isClosable } from './closed-schema.ts'

interface WrittenOutput {
  request: NeutralRequest
  format?: JsonObject
  outputTool?: string
  /** The tool's arguments are an object around the output. */
  unwraps?: boolean
}

const OUTPUT_TOOL = 'answer_in_json'

export function writeOutput(
  request: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): WrittenOutput {
  const { output } = request
  if (output.type === 'text') return { request }
  if (output.type === 'json') {
    losses.push({
      field: request.names.output,
      how: 'emulated',
      why: 'the model is asked for JSON in words',
    })
    return { request: inWords(request) }
  }
  if (facts.outputSchema && request.dialect === 'messages')
    return { request, format: { type: 'json_schema', schema: output.schema } }
  if (facts.outputSchema && isClosable(output.schema))
    return {
      request,
      format: { type: 'json_schema', schema: closedSchema(describedSchema(output)) },
    }
  losses.push({
    field: request.names.output,
    how: 'emulated',
    why: 'the schema is asked for by a forced tool',
  })
  const wrapped = wrappedOutput(output)
  const { schema, description } = wrapped ?? output
  const asked = byTool(request, schema, description)
  return { request: asked, outputTool: OUTPUT_TOOL, unwraps: wrapped !== null }
}

function inWords(request: NeutralRequest): NeutralRequest {
  const text = 'Answer with one valid JSON value only: no other text, no code fence.'
  return {
    ...request,
    turns: [{ role: 'system', parts: [{ type: 'text', text }] }, ...request.turns],
  }
}

/** With other tools the model may call one of them instead, but must call one. */
function byTool(
  request: NeutralRequest,
  schema: JsonObject,
  description: string | undefined,
): NeutralRequest {
  const tool: FunctionTool = {
    type: 'function',
    name: OUTPUT_TOOL,
    description: description ?? 'Give the answer by calling this tool.',
    schema: objectSchema(schema),
  }
  const alone = request.tools.length === 0 || request.toolChoice.type === 'none'
  return {
    ...request,
    tools: alone ? [tool] : [...request.tools, tool],
    toolChoice: alone ? { type: 'tool', name: OUTPUT_TOOL } : { type: 'required' },
  }
}

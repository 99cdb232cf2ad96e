/** Tools that a vendor runs itself, on the wire of another vendor, and a choice among tools that leaves some out. */
import { invalidRequest } from '../../core/errors.ts'
import { cannotCarry } from './carry.ts'
import type { Loss, NeutralRequest, Tool, ToolChoice, ToolName, WireName } from './neutral.ts'

type Tools = Pick<NeutralRequest, 'tools' | 'toolChoice'>

/**
 * The tools without those that only another wire knows, and the choice among the rest. Each is a loss while the model
 * is free to use other tools; if it must use one, or if there is no other, the request would mean something else: a 400.
 */
export function carriedTools(request: NeutralRequest, wire: WireName, losses: Loss[]): Tools {
  const { tools, toolChoice } = request
  if (request.dialect === wire) return { tools, toolChoice }
  const isForeign = (tool: Tool) => tool.type === 'vendor' && tool.wire !== wire
  const foreign = tools.filter(isForeign)
  const kept = foreign.length === 0 ? tools : tools.filter((tool) => !isForeign(tool))
  for (const tool of foreign) {
    const wanted = toolChoice.type === 'tool' && isNamed(tool, toolChoice)
    if (wanted || kept.length === 0) throw cannotCarry(`the tool ${tool.name}`, wire, 'tools')
    losses.push({ field: `tools.${tool.name}`, how: 'dropped', why: 'only its own vendor runs it' })
  }
  return { tools: kept, toolChoice: keptChoice(request, kept) }
}

/** Throws for a choice that can't be kept: a model that is free to answer would not do what was asked for. */
function keptChoice(
  { toolChoice, names, tools }: NeutralRequest,
  kept: readonly Tool[],
): ToolChoice {
  const field = names.toolChoice
  switch (toolChoice.type) {
    case 'required':
      if (kept.length > 0) return toolChoice
      throw invalidRequest(
        `'${field}' wants a call of a tool, but the request declares none`,
        field,
      )
    case 'tool':
      if (kept.some((tool) => isNamed(tool, toolChoice))) return toolChoice
      throw undeclared(toolChoice.name, field)
    case 'allowed': {
      const declared = namesOf(tools)
      const unknown = toolChoice.tools.find((name) => !declared.has(keyOf(name)))
      if (unknown !== undefined) throw undeclared(unknown.name, field)
      const left = namesOf(kept)
      const allowed = toolChoice.tools.filter((name) => left.has(keyOf(name)))
      if (allowed.length > 0) return { ...toolChoice, tools: allowed }
      throw invalidRequest(
        `none of the tools that '${field}' allows can be sent to this model`,
        field,
      )
    }
    default:
      return toolChoice
  }
}

function undeclared(name: string, field: string) {
  return invalidRequest(
    `'${field}' names the tool '${name.slice(0, 100)}', which is not declared`,
    field,
  )
}

function isNamed(tool: Tool, name: ToolName): boolean {
  return keysOf(tool).includes(keyOf(name))
}

function namesOf(tools: readonly Tool[]): ReadonlySet<string> {
  return new Set(tools.flatMap(keysOf))
}

/** Vendors' tools are chosen by their type or, where they have one, by their name. */
function keysOf(tool: Tool): string[] {
  if (tool.type !== 'vendor') return [keyOf(tool)]
  const { name } = tool.raw
  return typeof name === 'string' ? [tool.name, name] : [tool.name]
}

function keyOf({ name, namespace }: ToolName): string {
  return namespace === undefined ? name : JSON.stringify([namespace, name])
}

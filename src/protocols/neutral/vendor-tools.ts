/** Tools that a vendor runs itself, on the wire of another vendor. */
import { cannotCarry } from './carry.ts'
import type { Loss, NeutralRequest, Tool, WireName } from './neutral.ts'

/**
 * The tools without those that only another wire knows. Each is a loss while the model is free to use other
 * tools; if it must use one, or if there is no other, the request would mean something else: a 400.
 */
export function carriedTools(
  { tools, toolChoice }: NeutralRequest,
  wire: WireName,
  losses: Loss[],
): readonly Tool[] {
  const isForeign = (tool: Tool) => tool.type === 'vendor' && tool.wire !== wire
  const foreign = tools.filter(isForeign)
  if (foreign.length === 0) return tools
  const kept = tools.filter((tool) => !isForeign(tool))
  for (const { name } of foreign) {
    const wanted = toolChoice.type === 'tool' && toolChoice.name === name
    if (wanted || kept.length === 0) throw cannotCarry(`the tool ${name}`, wire, 'tools')
    losses.push({ field: `tools.${name}`, how: 'dropped', why: 'only its own vendor runs it' })
  }
  return kept
}

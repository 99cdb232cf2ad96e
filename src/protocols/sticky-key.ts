/** What keeps the requests of one conversation together. */

/**
 * What identifies a conversation: the name that it or its cache has at the vendor, else its first turns, which stay the
 * same as it grows.
 */
export function stickyKeyOf(body: Readonly<Record<string, unknown>>, user: string): string {
  const { prompt_cache_key: cacheKey, conversation, cachedContent, cached_content } = body
  const names = [cacheKey, nameOf(conversation), cachedContent, cached_content]
  const name = names.find((one) => typeof one === 'string' && one !== '')
  if (typeof name === 'string') return name
  const { messages, input, contents, system, instructions, prompt } = body
  const { systemInstruction, system_instruction } = body
  const systems = [system, systemInstruction, system_instruction, instructions]
  const turns = [messages, input, contents].flatMap(firstOf)
  const known = [...systems, ...turns, prompt].filter((part) => part !== undefined && part !== null)
  return known.length === 0 ? user : JSON.stringify(known, withoutForm)
}

function nameOf(conversation: unknown): unknown {
  return typeof conversation === 'object' && conversation !== null && 'id' in conversation
    ? conversation.id
    : conversation
}

/** Clients mark the end of what is cached, which moves from turn to turn, and write a marked text as a list. */
function withoutForm(field: string, value: unknown): unknown {
  if (field === 'cache_control') return undefined
  if (!Array.isArray(value) || value.length === 0) return value
  const texts = value.map((part) => part?.text)
  return texts.every((text) => typeof text === 'string') ? texts.join('') : value
}

/** The system's and the first user's message. */
function firstOf(messages: unknown): unknown[] {
  if (typeof messages === 'string') return [messages]
  if (!Array.isArray(messages)) return []
  const user = messages.findIndex((message) => message?.role === 'user')
  return messages.slice(0, user < 0 ? 1 : user + 1)
}

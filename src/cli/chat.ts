/** gpt-proxy chat: one question, the answer streamed to the terminal. */
import type { Command } from 'commander'
import { AdminError } from '../admin/errors.ts'
import { eventsOf } from '../core/sse.ts'
import type { CliContext } from './context.ts'

interface Chunk {
  choices?: { delta?: { content?: string } }[]
  error?: { message?: string }
}

export function addChatCommand(program: Command, context: CliContext): void {
  program
    .command('chat <model> [prompt...]')
    .description('ask a model; the prompt comes as arguments or on standard input')
    .addHelpText(
      'after',
      "\nExamples:\n  gpt-proxy chat demo/echo Hello\n  echo 'Summarise this' | gpt-proxy chat gpt-4o",
    )
    .action(async (model: string, words: string[]) => {
      const prompt = words.length > 0 ? words.join(' ') : await context.readInput()
      const gateway = await context.gateway()
      try {
        await ask(context, gateway.baseUrl, gateway.key, {
          model,
          messages: [{ role: 'user', content: prompt }],
          stream: true,
        })
      } finally {
        await gateway.close()
      }
    })
}

async function ask(context: CliContext, baseUrl: string, key: string, body: object): Promise<void> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
  if (!response.ok || response.body === null) {
    const { error } = (await response.json()) as Chunk
    throw new AdminError(
      'invalid',
      error?.message ?? `status ${response.status}`,
      'See gpt-proxy upstream list.',
    )
  }
  const decoder = new TextDecoder()
  let waiting = ''
  for await (const part of response.body) {
    waiting += decoder.decode(part, { stream: true })
    const end = waiting.lastIndexOf('\n\n') + 2
    if (end < 2) continue
    for (const { data } of eventsOf(waiting.slice(0, end))) print(context, data)
    waiting = waiting.slice(end)
  }
  context.writeOut('\n')
}

function print(context: CliContext, data: string | null): void {
  if (data === null || data === '[DONE]') return
  const { choices, error } = JSON.parse(data) as Chunk
  if (error !== undefined)
    throw new AdminError('invalid', error.message ?? 'the stream was cut', 'Try again.')
  context.writeOut(choices?.[0]?.delta?.content ?? '')
}

/** gpt-proxy chat: one question, the answer streamed to the terminal. */
import type { Command } from 'commander'
import { OperatorError } from '../core/operator-error.ts'
import { eventsOf, SseSplitter } from '../protocols/sse.ts'
import type { ChatGateway, ChatReply, CliContext } from './context.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printJson } from './output.ts'

interface Chunk {
  choices?: { delta?: { content?: string | null } }[]
  usage?: unknown
  error?: { message?: string; code?: string }
}

interface ChatOptions extends OutputOptions {
  system?: string
}

export function addChat(program: Command, context: CliContext): void {
  const chat = withJson(
    program
      .command('chat <model> [prompt...]')
      .description(
        'send a prompt to a model; the prompt is given as arguments or on standard input',
      ),
  ).option('--system <text>', 'system instructions, sent before the prompt')
  withExamples(
    chat,
    'gpt-proxy chat demo/echo Hello',
    "echo 'Summarise this' | gpt-proxy chat gpt-4o --system 'Answer in one line'",
  ).action(async (model: string, words: string[], { system, json }: ChatOptions) => {
    const prompt = words.length > 0 ? words.join(' ') : await context.readInput()
    if (prompt.trim() === '')
      throw new OperatorError(
        'invalid',
        'there is no prompt',
        'Give it as an argument or pipe it in',
      )
    const messages = [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: prompt },
    ]
    const gateway = await context.gateway()
    try {
      const reply = await ask(gateway, {
        model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      })
      await show(context, model, reply, json)
    } finally {
      await gateway.close()
    }
  })
}

async function ask(gateway: ChatGateway, body: object): Promise<ChatReply> {
  const reply = await gateway.ask(body)
  if (reply.status === 200) return reply
  const parts = await Array.fromAsync(reply.body)
  const { error } = JSON.parse(Buffer.concat(parts).toString()) as Chunk
  throw refused(error, reply.status)
}

async function show(
  context: CliContext,
  model: string,
  reply: ChatReply,
  json: boolean | undefined,
): Promise<void> {
  let content = ''
  let usage: unknown = null
  for await (const chunk of chunksOf(reply)) {
    if (chunk.error !== undefined) {
      if (!json) context.writeOut('\n')
      throw refused(chunk.error, reply.status)
    }
    const piece = chunk.choices?.[0]?.delta?.content ?? ''
    content += piece
    usage = chunk.usage ?? usage
    if (!json && piece !== '') context.writeOut(piece)
  }
  if (json) printJson(context, { model, content, usage, request_id: reply.requestId })
  else context.writeOut('\n')
}

async function* chunksOf({ body }: ChatReply): AsyncGenerator<Chunk> {
  const splitter = new SseSplitter()
  const decoder = new TextDecoder()
  for await (const part of body) {
    const run = splitter.push(part)
    if (run === null) continue
    for (const { data } of eventsOf(decoder.decode(run))) {
      if (data !== null && data.trim() !== '[DONE]') yield JSON.parse(data) as Chunk
    }
  }
}

function refused(error: Chunk['error'], status: number): OperatorError {
  const message = error?.message ?? `the gateway answered with status ${status}`
  if (error?.code === 'model_not_found')
    return new OperatorError('not_found', message, 'See the models with: gpt-proxy upstream list')
  return new OperatorError('failed', message, 'See the upstream keys with: gpt-proxy upstream list')
}

/** What the official client makes of a reply: the value, or all chunks of a stream. */
import type OpenAI from 'openai-7'
import type { Recording } from './recorded/recordings.ts'

type Body = Record<string, unknown>

/** The bodies are what other programs sent, so none of this client's types holds for them: hence `never`. */
export async function assemble(
  client: OpenAI,
  kind: Recording['kind'],
  body: Body,
): Promise<unknown> {
  switch (kind) {
    case 'chat':
      return whole(await client.chat.completions.create(body as never))
    case 'completions':
      return whole(await client.completions.create(body as never))
    case 'embeddings':
      // The client asks for base64 of itself where nothing is asked; the recordings were made without that.
      return client.embeddings.create({ encoding_format: 'float', ...body } as never)
    case 'models':
      throw new Error('the recordings of models are no calls that this client can make')
  }
}

async function whole(answer: object): Promise<unknown> {
  if (!(Symbol.asyncIterator in answer)) return answer
  const chunks: unknown[] = []
  for await (const chunk of answer as AsyncIterable<unknown>) chunks.push(chunk)
  return chunks
}

/** The error that a call ends with; a call that succeeds fails the test. */
export async function errorOf<Kind extends Error>(
  call: Promise<unknown>,
  kind: new (...args: never[]) => Kind,
): Promise<Kind> {
  try {
    await call
  } catch (error) {
    if (error instanceof kind) return error
    throw error
  }
  throw new Error('the call succeeded')
}

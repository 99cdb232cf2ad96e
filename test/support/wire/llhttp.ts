/** llhttp, the parser that Node.js and several proxies use, in a Node.js process. */
import { join } from 'node:path'
import type { Kind } from './messages.ts'

export interface WireMessage {
  /** Of a request. */
  target: string
  /** Of a reply; 0 for a request. */
  status: number
  body: string
  /** False if the bytes end before the message does. */
  ended: boolean
}

export interface LlhttpResult {
  messages: (WireMessage & { upgrade: boolean })[]
  /** llhttp's code; null if it accepted all bytes. */
  error: string | null
}

export interface Llhttp {
  read(cases: readonly { kind: Kind; text: string }[]): Promise<LlhttpResult[]>
  close(): void
}

export function startLlhttp(): Llhttp {
  const child = Bun.spawn(['node', '--no-deprecation', join(import.meta.dir, 'llhttp-child.cjs')], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines = linesOf(child.stdout)
  return {
    async read(cases) {
      child.stdin.write(`${JSON.stringify(cases)}\n`)
      await child.stdin.flush()
      const { value } = await lines.next()
      if (value === undefined) throw new Error('the Node.js process has ended')
      return JSON.parse(value) as LlhttpResult[]
    },
    close: () => child.kill(),
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const part of stream) {
    held += decoder.decode(part, { stream: true })
    const lines = held.split('\n')
    held = lines.pop() ?? ''
    yield* lines
  }
  return undefined
}

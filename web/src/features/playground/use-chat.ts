/** One conversation: what was said, what is arriving, and the figures of the last answer. */
import { useEffect, useRef, useState } from 'react'
import { type ChatMessage, chat, type Part } from '@/api/playground.ts'
import type { Parameters } from './parameters.tsx'

export interface Answer {
  /** What has arrived so far; tool calls as JSON beneath the text. */
  text: string
  toolCalls: string
  firstTokenMs: number | null
  durationMs: number | null
  usage: { prompt_tokens: number; completion_tokens: number } | null
  headers: [string, string][]
  /** Events as they came, the last ones only. */
  events: string[]
  error: unknown
}

export interface Turn {
  question: string | Part[]
  answer: Answer
}

export interface Chat {
  turns: readonly Turn[]
  running: boolean
  send: (content: string | Part[]) => void
  stop: () => void
  clear: () => void
}

const KEPT_EVENTS = 500
const emptyAnswer = (): Answer => ({
  text: '',
  toolCalls: '',
  firstTokenMs: null,
  durationMs: null,
  usage: null,
  headers: [],
  events: [],
  error: null,
})

interface Chunk {
  choices?: { delta?: { content?: string | null; tool_calls?: unknown[] } }[]
  usage?: Answer['usage']
  error?: { message?: string }
}

export function useChat(keyId: number | undefined, model: string, parameters: Parameters): Chat {
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const [running, setRunning] = useState(false)
  const abort = useRef<AbortController | null>(null)
  // Without the page, the answer is not seen and must not cost more.
  useEffect(() => () => abort.current?.abort(), [])

  const send = async (content: string | Part[]) => {
    if (keyId === undefined || model === '' || running) return
    const controller = new AbortController()
    abort.current = controller
    const answer = emptyAnswer()
    const before = turns
    const startedMs = performance.now()
    let frame = 0
    const draw = () => {
      frame = 0
      // A new chat has begun meanwhile.
      if (abort.current !== controller) return
      setTurns([
        ...before,
        { question: content, answer: { ...answer, events: [...answer.events] } },
      ])
    }
    // Once a frame, however fast tokens come.
    const drawSoon = () => {
      frame ||= requestAnimationFrame(draw)
    }
    draw()
    setRunning(true)
    try {
      const messages = [
        ...conversation(before, parameters.system),
        { role: 'user' as const, content },
      ]
      const events = {
        onHeaders: (headers: Headers) => {
          answer.headers = [...headers]
          drawSoon()
        },
        onData: (data: string) => {
          take(answer, data, performance.now() - startedMs)
          drawSoon()
        },
      }
      await chat(keyId, { model, messages, ...parameters.body }, events, controller.signal)
    } catch (error) {
      if (!controller.signal.aborted) answer.error = error
    }
    answer.durationMs = performance.now() - startedMs
    cancelAnimationFrame(frame)
    draw()
    if (abort.current === controller) setRunning(false)
  }

  return {
    turns,
    running,
    send: (content) => void send(content),
    stop: () => abort.current?.abort(),
    clear: () => {
      abort.current?.abort()
      abort.current = null
      setTurns([])
      setRunning(false)
    },
  }
}

function conversation(turns: readonly Turn[], system: string): ChatMessage[] {
  const start: ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system }]
  const said = turns
    .filter(({ answer }) => answer.error === null && answer.text !== '')
    .flatMap(({ question, answer }): ChatMessage[] => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer.text },
    ])
  return [...start, ...said]
}

/** Adds one event to the answer. What is not understood is still kept among the events. */
function take(answer: Answer, data: string, atMs: number): void {
  answer.events.push(data)
  if (answer.events.length > KEPT_EVENTS) answer.events.shift()
  let chunk: Chunk
  try {
    chunk = JSON.parse(data)
  } catch {
    return
  }
  if (chunk.error) answer.error = new Error(chunk.error.message ?? data)
  if (chunk.usage) answer.usage = chunk.usage
  const delta = chunk.choices?.[0]?.delta
  if (delta?.content) {
    answer.firstTokenMs ??= atMs
    answer.text += delta.content
  }
  if (delta?.tool_calls) answer.toolCalls += `${JSON.stringify(delta.tool_calls)}\n`
}

/** A conversation and its figures. Whatever a model says is shown as text. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { errorText } from '@/api/error-text.ts'
import type { Part } from '@/api/playground.ts'
import { requestQuery } from '@/api/requests.ts'
import { formatCost, formatDuration, formatNumber } from '@/lib/format.ts'
import { Button } from '@/ui/button.tsx'
import { MessageSquareIcon } from '@/ui/icons.ts'
import { Panel } from '@/ui/page.tsx'
import { Empty } from '@/ui/states.tsx'
import type { Answer, Chat, Turn } from './use-chat.ts'

export function ChatPanel({ chat, model }: { chat: Chat; model: string }) {
  const { t } = useLingui()
  const end = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each new piece of text
  useEffect(() => {
    const box = end.current?.parentElement
    // Follows the text only for a reader who is at its end.
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 120)
      box.scrollTop = box.scrollHeight
  }, [chat.turns])
  return (
    <Panel flush title={<span className="font-mono text-xs">{model || '–'}</span>}>
      <div
        role="log"
        aria-label={t`Conversation with ${model}`}
        aria-live="off"
        tabIndex={0}
        className="flex h-[50dvh] min-h-64 flex-col gap-4 overflow-y-auto p-4"
      >
        {chat.turns.length === 0 && (
          <Empty icon={MessageSquareIcon} title={t`No messages yet`}>
            <Trans>Write a message below. Enter sends it; Shift+Enter starts a new line.</Trans>
          </Empty>
        )}
        {chat.turns.map((turn, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added
          <TurnView key={index} turn={turn} />
        ))}
        <div ref={end} />
      </div>
      <p role="status" className="sr-only">
        {chat.running
          ? t`The answer is arriving`
          : chat.turns.length > 0
            ? t`The answer is complete`
            : ''}
      </p>
    </Panel>
  )
}

function TurnView({ turn: { question, answer } }: { turn: Turn }) {
  return (
    <>
      <div className="ml-auto max-w-[85%] rounded-lg bg-accent-soft px-3 py-2 whitespace-pre-wrap">
        {typeof question === 'string'
          ? question
          : question.map((part) => <PartView key={partKey(part)} part={part} />)}
      </div>
      <div className="flex flex-col gap-2">
        {answer.text && (
          <div className="whitespace-pre-wrap">
            <LongText text={answer.text} />
          </div>
        )}
        {answer.toolCalls && (
          <pre className="overflow-x-auto rounded-md bg-sunken p-2 font-mono text-xs">
            {answer.toolCalls}
          </pre>
        )}
        {answer.error ? (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">
            {errorText(answer.error)}
          </p>
        ) : null}
        <Figures answer={answer} />
        <Raw answer={answer} />
      </div>
    </>
  )
}

const partKey = (part: Part) =>
  part.type === 'text' ? part.text : part.image_url.url.slice(0, 200)

function PartView({ part }: { part: Part }) {
  const { t } = useLingui()
  if (part.type === 'text') return <div>{part.text}</div>
  return <img src={part.image_url.url} alt={t`Attachment`} className="mt-1 max-h-48 rounded-md" />
}

function Figures({ answer }: { answer: Answer }) {
  const { t } = useLingui()
  const upstream = answer.headers.find(([name]) => name === 'x-gpt-proxy-upstream')?.[1]
  const parts = [
    answer.firstTokenMs !== null && t`first token after ${formatDuration(answer.firstTokenMs)}`,
    answer.durationMs !== null && t`${formatDuration(answer.durationMs)} in total`,
    answer.usage &&
      t`${formatNumber(answer.usage.prompt_tokens)} + ${formatNumber(answer.usage.completion_tokens)} tokens`,
    upstream,
  ].filter(Boolean)
  const id = answer.headers.find(([name]) => name === 'x-request-id')?.[1]
  if (parts.length === 0) return null
  return (
    <p className="text-xs text-faint">
      {parts.join(' · ')}
      {id && answer.durationMs !== null && <Cost id={id} />}
    </p>
  )
}

const SHOWN_CHARACTERS = 200_000

/** A text of megabytes is shown in part, and downloaded whole. */
function LongText({ text }: { text: string }) {
  if (text.length <= SHOWN_CHARACTERS) return text
  const save = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    link.download = 'answer.txt'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 0)
  }
  return (
    <>
      {text.slice(0, SHOWN_CHARACTERS)} …{' '}
      <Button size="small" onClick={save}>
        <Trans>Download all {formatNumber(text.length)} characters</Trans>
      </Button>
    </>
  )
}

/** From the record, which is written moments after the answer. */
function Cost({ id }: { id: string }) {
  const record = useQuery({ ...requestQuery(id), retry: 10, retryDelay: 500 }).data
  if (record === undefined) return null
  return (
    <>
      {' · '}
      <Link to="/requests" search={{ id }} className="underline underline-offset-2">
        {record.cost_usd === null ? (
          <Trans>cost unknown</Trans>
        ) : (
          <Trans>cost {formatCost(record.cost_usd)}</Trans>
        )}
      </Link>
    </>
  )
}

function Raw({ answer }: { answer: Answer }) {
  if (answer.headers.length === 0) return null
  return (
    <details className="text-xs">
      <summary className="text-faint hover:text-ink">
        <Trans>Headers and events</Trans>
      </summary>
      <pre className="mt-2 max-h-64 overflow-auto rounded-md bg-sunken p-2 font-mono whitespace-pre-wrap">
        {answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
        {'\n\n'}
        <LongText text={answer.events.join('\n')} />
      </pre>
    </details>
  )
}

/** What a finished batch used, by model: as the vendor sums it up, or out of the lines of its output file. */
import { addUsage, type TokenUsage } from '../../../core/token-usage.ts'
import { tokensIn } from '../../../passthrough/usage.ts'
import { PROTOCOLS } from '../../../protocols/index.ts'
import { jsonOf, textOf } from '../../attempt/read-body.ts'
import { fieldsOf } from '../own.ts'

export type UsageByModel = Map<string, TokenUsage>

const LF = 10
/** A line is one answer. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Null if the batch itself does not say it. */
export function usageOfBatch(batch: unknown): UsageByModel | null {
  const { model } = fieldsOf(batch)
  const usage = tokensIn(batch)
  if (usage === null || usage.totalTokens === 0 || typeof model !== 'string') return null
  return new Map([[model, usage]])
}

/** Anthropic counts what its cache gave and took beside the input. */
function usageOfMessage(message: object): TokenUsage | null {
  const read = PROTOCOLS.anthropic.readReply(JSON.stringify(message))
  return read.kind === 'answer' ? read.usage : null
}

/**
 * Of an output, read line by line: OpenAI's `{custom_id, response: {body: {model, usage}}}`, Anthropic's
 * `{custom_id, result: {message: {model, usage}}}`.
 */
export class OutputLines {
  readonly usage: UsageByModel = new Map()
  private pending: Uint8Array[] = []
  private size = 0

  push(bytes: Uint8Array): void {
    let from = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      this.keep(bytes.subarray(from, end))
      this.endLine()
      from = end + 1
    }
    this.keep(bytes.subarray(from))
  }

  endLine(): void {
    const line = this.size > MAX_LINE_BYTES ? '' : textOf(Buffer.concat(this.pending))
    this.pending = []
    this.size = 0
    if (line === '') return
    const { response, result } = fieldsOf(jsonOf(line))
    const { message } = fieldsOf(result)
    const answer = fieldsOf(message ?? fieldsOf(response).body)
    const usage = message === undefined ? tokensIn(answer) : usageOfMessage(answer)
    if (usage === null) return
    const { model } = answer
    const name = typeof model === 'string' ? model : '-'
    const before = this.usage.get(name)
    this.usage.set(name, before === undefined ? usage : addUsage(before, usage))
  }

  private keep(bytes: Uint8Array): void {
    this.size += bytes.length
    if (bytes.length > 0 && this.size <= MAX_LINE_BYTES) this.pending.push(bytes)
  }
}

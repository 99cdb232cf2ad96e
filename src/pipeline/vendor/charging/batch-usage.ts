/** What a finished batch used, by model: as the vendor sums it up, or out of the lines of its output file. */
import { addUsage, type TokenUsage } from '../../../core/token-usage.ts'
import { resultsOf } from '../../../passthrough/gemini-names.ts'
import { tokensInAnswer } from '../../../protocols/gemini/usage.ts'
import { PROTOCOLS } from '../../../protocols/index.ts'
import { decodedText, jsonOf } from '../../attempt/read-body.ts'
import { fieldsOf } from '../own.ts'
import { usageWithUnits } from '../usage-in.ts'

type Fields = Readonly<Record<string, unknown>>
export type UsageByModel = Map<string, TokenUsage>

const LF = 10
/** A line is one answer. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Null if the batch itself does not say it. */
export function usageOfBatch(batch: unknown): UsageByModel | null {
  const { model, metadata, response: results } = fieldsOf(batch)
  const inline = inlineAnswers(results) ?? inlineAnswers(resultsOf(metadata))
  if (inline !== null) return usageOfAnswers(inline, fieldsOf(metadata).model)
  const usage = usageWithUnits(batch)
  if (usage === null || usage.totalTokens === 0 || typeof model !== 'string') return null
  return new Map([[model, usage]])
}

type Answers = readonly unknown[]

/** The answers of a Gemini batch whose calls were in its own request; null if there are none. */
function inlineAnswers(results: unknown): Answers | null {
  const { inlinedResponses, inlinedEmbedContentResponses } = fieldsOf(results)
  const list = fieldsOf(inlinedResponses ?? inlinedEmbedContentResponses)
  const answers = list.inlinedResponses ?? list.inlinedEmbedContentResponses
  return Array.isArray(answers) ? answers : null
}

/** Null if none of them says what it used. */
function usageOfAnswers(answers: Answers, model: unknown): UsageByModel | null {
  const lines = new OutputLines()
  for (const answer of answers) lines.add({ ...fieldsOf(answer), model })
  return lines.usage.size === 0 ? null : lines.usage
}

/** Anthropic counts cache reads and writes separately from the input. */
function usageOfMessage(message: object): TokenUsage | null {
  const read = PROTOCOLS.anthropic.readReply(JSON.stringify(message))
  return read.kind === 'answer' ? read.usage : null
}

/**
 * Of an output, read line by line: OpenAI's `{custom_id, response: {body: {model, usage}}}`, Anthropic's
 * `{custom_id, result: {message: {model, usage}}}`, Gemini's `{key, response: {modelVersion, usageMetadata}}`.
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
    const line = this.size > MAX_LINE_BYTES ? '' : decodedText(Buffer.concat(this.pending))
    this.pending = []
    this.size = 0
    if (line === '') return
    this.add(fieldsOf(jsonOf(line)))
  }

  /** One answer. */
  add({ response, result, model: named }: Fields): void {
    const { message } = fieldsOf(result)
    const content = fieldsOf(response)
    const answer = fieldsOf(message ?? content.body)
    const usage =
      tokensInAnswer(content) ??
      (message === undefined ? usageWithUnits(answer) : usageOfMessage(answer))
    if (usage === null) return
    const model = named ?? answer.model ?? content.modelVersion
    const name = typeof model === 'string' ? model.replace(/^models\//, '') : '-'
    const before = this.usage.get(name)
    this.usage.set(name, before === undefined ? usage : addUsage(before, usage))
  }

  private keep(bytes: Uint8Array): void {
    this.size += bytes.length
    if (bytes.length > 0 && this.size <= MAX_LINE_BYTES) this.pending.push(bytes)
  }
}

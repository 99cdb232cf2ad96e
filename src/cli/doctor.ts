/** gpt-proxy doctor */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CHECK_IDS, type CheckId, type Verdict } from '../core/check-ids.ts'
import type { DoctorOptions } from '../doctor/options.ts'
import type { CheckView, FindingView, Report } from '../doctor/report.ts'
import { LANGUAGES, type Language } from '../doctor/text.ts'
import type { CliContext } from './context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printJson } from './output.ts'

interface DoctorFlags extends OutputOptions {
  lang?: Language
  only?: CheckId[]
  user?: string
  request?: string
  tokens: number
  model?: string
  watch?: number | true
}

const WATCH_SECONDS = 30

export function addDoctor(program: Command, context: CliContext): void {
  const command = withJson(
    program
      .command('doctor')
      .description(
        'diagnose problems and print the commands that fix them; exit code 1 on a failure',
      ),
  )
    .addOption(
      new Option('--lang <language>', 'language of the report; default: from LANG').choices(
        LANGUAGES,
      ),
    )
    .option('--only <checks>', `with commas: ${CHECK_IDS.join(', ')}`, checkIds)
    .option('--user <user>', 'QUO-1: replay the quota decision for this user')
    .option('--request <id>', 'QUO-1: explain the decision on this request')
    .option('--tokens <number>', 'QUO-1: tokens that a request would reserve', whole, 1)
    .option('--model <model>', 'UPS-1: check that a key serves this model')
    .option('--watch [seconds]', `repeat every so many seconds; default: ${WATCH_SECONDS}`, whole)
  withExamples(
    command,
    'gpt-proxy doctor',
    'gpt-proxy doctor --only SSE-1,UPS-1 --lang zh',
    'gpt-proxy doctor --only QUO-1 --user alice --tokens 4000 --json',
    'gpt-proxy doctor --watch 60',
  ).action(async (options: DoctorFlags) => {
    const requested = doctorOptions(context, options)
    const round = async (): Promise<void> => {
      const report = await context.doctor(requested)
      if (options.json) printJson(context, report)
      else context.writeOut(written(report, context.terminalWidth))
      process.exitCode = report.verdict === 'failure' ? EXIT_CODES.failed : EXIT_CODES.ok
    }
    if (options.watch === undefined) return round()
    return again(round, 1000 * (options.watch === true ? WATCH_SECONDS : options.watch))
  })
}

/** Runs until stopped; a round in progress is finished, so that none of its keys remains. */
async function again(round: () => Promise<void>, everyMs: number): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<'stopped'>()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop('stopped'))
  for (;;) {
    await round()
    if ((await Promise.race([stopped, Bun.sleep(everyMs)])) === 'stopped') return
  }
}

function doctorOptions(context: CliContext, options: DoctorFlags): DoctorOptions {
  const { lang, only, user, request, tokens, model } = options
  return {
    only: only ?? null,
    language: lang ?? context.language,
    user: user ?? null,
    request: request ?? null,
    tokens,
    model: model ?? null,
  }
}

const WORDS: Readonly<Record<Language, Readonly<Record<Verdict | 'cause' | 'fix', string>>>> = {
  en: {
    ok: 'ok',
    warning: 'WARNING',
    failure: 'FAILURE',
    skipped: 'skipped',
    cause: 'Cause',
    fix: 'Fix',
  },
  zh: { ok: '正常', warning: '警告', failure: '故障', skipped: '跳过', cause: '原因', fix: '修复' },
}

/** The report as text, for people. `width`: of the terminal; null leaves lines as long as they are. */
export function written({ checks, language }: Report, width: number | null = null): string {
  const style = { language, width }
  return checks.map((check) => checkText(check, style)).join('') + summary(checks, language)
}

interface Style {
  language: Language
  width: number | null
}

/** One line at the end: the overall result. */
function summary(checks: readonly CheckView[], language: Language): string {
  const count = (wanted: Verdict) => checks.filter(({ verdict }) => verdict === wanted).length
  const [well, warned, failed, skipped] = (['ok', 'warning', 'failure', 'skipped'] as const).map(
    count,
  )
  return language === 'zh'
    ? `\n共 ${checks.length} 项检查：${well} 项正常，${warned} 项警告，${failed} 项故障，${skipped} 项跳过。\n`
    : `\n${counted(checks.length, 'check')}: ${well} ok, ${counted(warned, 'warning')}, ${counted(failed, 'failure')}, ${skipped} skipped.\n`
}

function counted(count: number | undefined, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function checkText({ id, verdict, findings }: CheckView, style: Style): string {
  const head = `${id.padEnd(7)} ${WORDS[style.language][verdict]}\n`
  return (
    head +
    alike(findings)
      .map((group) => groupText(group, style))
      .join('')
  )
}

/** Findings with the same cause and remedy, in the order of the first of each. */
function alike(findings: readonly FindingView[]): FindingView[][] {
  const groups = Map.groupBy(findings, ({ code, cause, fix }) => JSON.stringify([code, cause, fix]))
  return [...groups.values()]
}

/** Hundreds of keys at one host that is down would fill screens. */
const MAX_ALIKE = 10

/** The observations, then once the cause and the remedy that they share, with the commands of each. */
function groupText(group: readonly FindingView[], style: Style): string {
  const words = WORDS[style.language]
  const { cause = null, fix = null } = group[0] ?? {}
  // One more would not be longer than the line that says so.
  const shown = group.length <= MAX_ALIKE + 1 ? group : group.slice(0, MAX_ALIKE)
  const commands = new Set(shown.flatMap((finding) => finding.commands))
  const lines = shown.map(({ seen }) => indented(seen, 2, style))
  const left = group.length - shown.length
  if (left > 0) lines.push(indented(notShown(left, style.language), 2, style))
  if (cause !== null) lines.push(indented(`${words.cause}: ${cause}`, 4, style))
  if (fix !== null) lines.push(indented(`${words.fix}: ${fix}`, 4, style))
  for (const line of commands) lines.push(`      ${line}`)
  return `${lines.join('\n')}\n`
}

function notShown(count: number, language: Language): string {
  return language === 'zh'
    ? `另有 ${count} 项与此相同；加 --json 可查看全部。`
    : `And ${count} more like these; --json shows all.`
}

/** Commands are never divided, so that they can be copied; Chinese has no blanks to divide it at. */
function indented(text: string, by: number, { language, width }: Style): string {
  const space = ' '.repeat(by)
  const isDivided = width !== null && language === 'en'
  const lines = isDivided ? Bun.wrapAnsi(text, Math.max(20, width - by)) : text
  return space + lines.replaceAll('\n', `\n${space}`)
}

function checkIds(text: string, before: CheckId[] | undefined): CheckId[] {
  const words = text.split(',').map((word) => word.trim().toUpperCase())
  const known = CHECK_IDS.filter((id) => words.includes(id))
  if (known.length === new Set(words).size) return [...(before ?? []), ...known]
  throw new InvalidArgumentError(`Give one or more of ${CHECK_IDS.join(', ')}.`)
}

function whole(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

/** A check's findings in one language, with the commands to paste, and with secrets redacted. */

import { CHECK_IDS, type CheckId, VERDICTS, type Verdict } from '../core/check-ids.ts'
import { redactValue } from '../core/redact.ts'
import { asTypedHere, PROGRAM } from '../core/text/command-here.ts'
import type { Figure, Figures, Finding } from './finding.ts'
import { REMEDIES } from './remedies.ts'
import { shellWord } from './shell-word.ts'
import type { Language } from './text.ts'
import { TEXTS } from './texts/texts.ts'
import { figureInChinese } from './texts/zh-figures.ts'

export interface FindingView {
  code: string
  verdict: Verdict
  seen: string
  cause: string | null
  fix: string | null
  /** Commands to paste. */
  commands: readonly string[]
  evidence: Figures
}

export interface CheckView {
  id: CheckId
  verdict: Verdict
  took_ms: number
  findings: readonly FindingView[]
}

export interface Report {
  verdict: Verdict
  language: Language
  checks: readonly CheckView[]
}

export interface CheckResult {
  id: CheckId
  tookMs: number
  findings: readonly Finding[]
}

/** `secretForms`: what to redact, in any encoding. `command`: how this program is called here. */
export function reportOf(
  results: readonly CheckResult[],
  language: Language,
  secretForms: readonly string[],
  command = PROGRAM,
): Report {
  const inOrder = CHECK_IDS.flatMap((id) => results.filter((result) => result.id === id))
  const checks = inOrder.map(({ id, tookMs, findings }) => ({
    id,
    verdict: gravest(findings.map(({ verdict }) => verdict)),
    took_ms: Math.round(tookMs),
    findings: findings.map((one) => viewOf(one, language, command)),
  }))
  const verdict = gravest(checks.map((check) => check.verdict))
  return redactValue({ verdict, language, checks }, secretForms) as Report
}

export function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS[Math.max(0, ...verdicts.map((one) => VERDICTS.indexOf(one)))] ?? 'skipped'
}

export function viewOf(
  { code, verdict, figures }: Finding,
  language: Language,
  command = PROGRAM,
): FindingView {
  const here = (text: string) => asTypedHere(text, command)
  const [seen, cause = null, fix = null] = TEXTS[language][code]
  const said = language === 'zh' ? shownInChinese : shown
  return {
    code,
    verdict,
    seen: withoutUnmeasured(filled(seen, figures, said)),
    cause: cause === null ? null : filled(cause, figures, said),
    fix: fix === null ? null : filled(here(fix), figures, said),
    commands: (REMEDIES[code] ?? []).map((line) => filled(here(line), figures, pasteable)),
    evidence: figures,
  }
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function filled(text: string, figures: Figures, write: (value: Figure, name: string) => string) {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) =>
    Object.hasOwn(figures, name) ? write(figures[name] ?? null, name) : whole,
  )
}

/** Omits missing measurements from a list, instead of printing "Redis - ms". */
function withoutUnmeasured(text: string): string {
  return text.replace(/(^|[,，] ?)[^,，]*? - (ms|毫秒)/g, '').replace(/^[,，]\s*/, '')
}

function shown(value: Figure): string {
  // Measurements don't need fifteen digits.
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(1)
  return String(value ?? '-').replace(UNPRINTABLE, '?')
}

function shownInChinese(value: Figure, name: string): string {
  return figureInChinese(name, shown(value))
}

/** Quoted as one shell word, whatever it contains. */
function pasteable(value: Figure): string {
  return shellWord(shown(value))
}

/** Parses `--target MODEL[@KEY][,priority=N][,weight=N][,context=N]`. */
import { adminError } from '../../admin/errors.ts'
import type { ModelTarget } from '../../core/entities.ts'

const OPTIONS = ['priority', 'weight', 'context'] as const
type Option = (typeof OPTIONS)[number]

/** Targets with weights share one priority; others are tried in the given order. */
export function readTargets(texts: readonly string[]): ModelTarget[] {
  const read = texts.map(readTarget)
  const areWeighted = read.some(({ options }) => options.has('weight'))
  return read.map(({ upstream, model, options }, position) => ({
    upstream,
    model,
    priority: options.get('priority') ?? (areWeighted ? 0 : position),
    weight: options.get('weight') ?? null,
    contextTokens: options.get('context') ?? null,
  }))
}

function readTarget(text: string) {
  const [place = '', ...rest] = text.split(',')
  const at = place.lastIndexOf('@')
  const model = at < 0 ? place : place.slice(0, at)
  const upstream = at < 0 ? null : place.slice(at + 1)
  if (model === '' || upstream === '') throw adminError('target_invalid', { target: text })
  return { upstream, model, options: new Map(rest.map((option) => readOption(option, text))) }
}

function readOption(option: string, target: string): [Option, number] {
  const [name, value] = option.split('=')
  const known = OPTIONS.find((one) => one === name)
  if (known === undefined || value === undefined || !/^\d{1,9}$/.test(value))
    throw adminError('target_invalid', { target })
  return [known, Number(value)]
}

/** As it is written on the command line. */
export function targetText({ upstream, model, priority, weight, contextTokens }: ModelTarget) {
  const place = upstream === null ? model : `${model}@${upstream}`
  const options = [
    `priority=${priority}`,
    weight === null ? null : `weight=${weight}`,
    contextTokens === null ? null : `context=${contextTokens}`,
  ]
  return [place, ...options.filter((option) => option !== null)].join(',')
}

/** `NAME=VALUE` with a JSON value; anything that is not JSON is a string. */
export function readParameters(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(texts.map(readParameter))
}

function readParameter(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at <= 0) throw adminError('parameter_invalid', { text })
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch {
    return [text.slice(0, at), value]
  }
}

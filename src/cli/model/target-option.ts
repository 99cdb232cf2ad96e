/** Parses `--target MODEL[@KEY][,priority=N][,weight=N][,context=N][,max-in-flight=N][,mirror=PERCENT][,when=CONDITION]…`. */
import { adminError } from '../../admin/errors.ts'
import type { ModelTarget, Strategy } from '../../core/entities.ts'

const NUMBERS = ['priority', 'weight', 'context', 'max-in-flight', 'mirror'] as const
type NumberOption = (typeof NUMBERS)[number]

interface ReadTarget {
  upstream: string | null
  model: string
  numbers: ReadonlyMap<NumberOption, number>
  conditions: readonly string[]
}

/**
 * By `priority` alone, targets are tried in the given order; those with weights, and those that another strategy
 * orders, share one priority.
 */
export function readTargets(texts: readonly string[], strategy: Strategy): ModelTarget[] {
  const read = texts.map(readTarget)
  const shareOne = strategy !== 'priority' || read.some(({ numbers }) => numbers.has('weight'))
  return read.map(({ upstream, model, numbers, conditions }, position) => ({
    upstream,
    model,
    priority: numbers.get('priority') ?? (shareOne ? 0 : position),
    weight: numbers.get('weight') ?? null,
    contextTokens: numbers.get('context') ?? null,
    maxInFlight: numbers.get('max-in-flight') ?? null,
    mirrorPercent: numbers.get('mirror') ?? null,
    conditions,
  }))
}

function readTarget(text: string): ReadTarget {
  const [place = '', ...rest] = text.split(',')
  const at = place.lastIndexOf('@')
  const model = at < 0 ? place : place.slice(0, at)
  const upstream = at < 0 ? null : place.slice(at + 1)
  if (model === '' || upstream === '') throw adminError('target_invalid', { target: text })
  const isCondition = (option: string) => option.startsWith('when=')
  const numbers = rest.filter((option) => !isCondition(option))
  return {
    upstream,
    model,
    numbers: new Map(numbers.map((option) => readNumber(option, text))),
    conditions: rest.filter(isCondition).map((option) => option.slice('when='.length)),
  }
}

function readNumber(option: string, target: string): [NumberOption, number] {
  const [name, value] = option.split('=')
  const known = NUMBERS.find((one) => one === name)
  if (known === undefined || value === undefined || !/^\d{1,9}$/.test(value))
    throw adminError('target_invalid', { target })
  return [known, Number(value)]
}

/** As it is written on the command line. */
export function targetText(target: ModelTarget): string {
  const { upstream, model, priority } = target
  const place = upstream === null ? model : `${model}@${upstream}`
  const numbers: Readonly<Record<NumberOption, number | null>> = {
    priority,
    weight: target.weight,
    context: target.contextTokens,
    'max-in-flight': target.maxInFlight,
    mirror: target.mirrorPercent,
  }
  const options = Object.entries(numbers)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
  const conditions = target.conditions.map((condition) => `when=${condition}`)
  return [place, ...options, ...conditions].join(',')
}

/** `NAME=VALUE` with a JSON value; anything that is not JSON is a string. */
export function readParameters(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(texts.map(readParameter))
}

function readParameter(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at <= 0) throw adminError('parameter_invalid', { field: 'set', text })
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch {
    return [text.slice(0, at), value]
  }
}

/** Names at upstreams, specificity, and the choice of target and key. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { upstreamKey } from '../../test/support/in-process/entities.ts'
import type { UpstreamKey } from '../core/entities.ts'
import { type Admission, chooseCandidate } from './choose-candidate.ts'
import { chooseByWeight, upstreamModelName } from './choose-key.ts'
import { allowsModel } from './model-names.ts'
import { type Keyed, type Plan, Tries, targetsOf } from './plan.ts'
import { CATCH_ALL, EXACT, mostSpecific, specificity } from './specificity.ts'

const key = (more: Partial<UpstreamKey>) => upstreamKey(1, { models: null, ...more })

describe('specificity', () => {
  test('a name or deployment is exact, a pattern as long as its beginning, no list a catch-all', () => {
    expect(specificity(key({ models: ['gpt-4o'] }), 'gpt-4o')).toBe(EXACT)
    expect(specificity(key({ deployments: { 'gpt-4o': 'dep' } }), 'gpt-4o')).toBe(EXACT)
    expect(specificity(key({ models: ['gpt-*', 'gpt-4*'] }), 'gpt-4o')).toBe(5)
    expect(specificity(key({ models: ['*'] }), 'gpt-4o')).toBe(CATCH_ALL)
    expect(specificity(key({}), 'gpt-4o')).toBe(CATCH_ALL)
  })

  test('an azure key serves its deployments only, and no list is searched by inherited names', () => {
    const azure = key({ provider: 'azure', deployments: { 'gpt-x': 'dep' } })
    expect(specificity(key({ provider: 'azure' }), 'gpt-x')).toBeNull()
    expect(specificity(azure, 'constructor')).toBeNull()
    expect(upstreamModelName(azure, 'gpt-x')).toBe('dep')
    expect(upstreamModelName(azure, 'constructor')).toBe('constructor')
  })

  test('the most specific keys win, and the others never see the prompt', () => {
    const local = key({ id: 1, models: ['llama3'] })
    const pattern = key({ id: 2, models: ['llama*'] })
    const cloud = key({ id: 3 })
    const winners = (model: string) =>
      mostSpecific([cloud, pattern, local], model)?.keys.map(({ id }) => id)
    expect(winners('llama3')).toEqual([1])
    expect(winners('llama4')).toEqual([2])
    expect(winners('gpt-4o')).toEqual([3])
    expect(mostSpecific([local], 'gpt-4o')).toBeNull()
  })

  test('a star at the end of a name matches any rest', () => {
    expect(allowsModel(['gpt-4*'], 'gpt-4o')).toBe(true)
    expect(allowsModel(['gpt-4'], 'gpt-4o')).toBe(false)
    expect(allowsModel([], 'gpt-4o')).toBe(false)
    expect(allowsModel(null, 'gpt-4o')).toBe(true)
  })
})

test('a choice follows the weights, and is even where all are 0', () => {
  const shares = (weights: number[]) => {
    const chosen = Array.from({ length: 1000 }, (_, at) =>
      chooseByWeight(weights, weights, at / 1000),
    )
    return weights.map((weight) => chosen.filter((one) => one === weight).length)
  }
  expect(shares([1, 3, 0])).toEqual([250, 750, 0])
  expect(chooseByWeight(['a', 'b'], [0, 0], 0.75)).toBe('b')
  expect(chooseByWeight([], [], 0.5)).toBeNull()
})

describe('a candidate', () => {
  const upstream = (id: number, more: Partial<UpstreamKey> = {}): Keyed => ({
    key: key({ id, ...more }),
  })
  const plan = targetsOf(
    [upstream(1), upstream(2), upstream(3, { baseUrl: 'https://two/v1', weight: 1000 })],
    'm',
  )
  const candidate = (id: number) => ({
    target: plan[0] as Plan<Keyed>[number],
    upstream: upstream(id),
  })
  const choose = (
    admissions: Record<number, Admission> = {},
    more: Partial<Parameters<typeof chooseCandidate<Keyed>>[0]> = {},
  ) =>
    chooseCandidate({
      plan,
      tries: new Tries(),
      admissionOf: ({ upstream: { key: one } }) => admissions[one.id] ?? 'allow',
      previous: null,
      random: 0.9,
      ...more,
    })?.upstream.key.id ?? null

  test('keys at one host are one target; another host or another name there is another target', () => {
    expect(plan.map(({ keys }) => keys.length)).toEqual([2, 1])
    const renamed = targetsOf([upstream(1), upstream(2, { deployments: { m: 'x' } })], 'm')
    expect(renamed.map(({ model }) => model)).toEqual(['m', 'x'])
  })

  test('follows the weights at first, and after a failure stays with its target', () => {
    expect(choose()).toBe(3)
    const previous = candidate(1)
    const tries = { ...new Tries(), asked: [previous] }
    expect(choose({}, { previous, tries })).toBe(2)
    expect(choose({ 2: 'deny' }, { previous, tries })).toBe(3)
  })

  test('at an unreachable host is not tried, whatever its key', () => {
    const tries = { ...new Tries(), unreachable: ['https://two/v1'] }
    expect(choose({}, { tries })).toBe(2)
  })

  test('that is to be avoided is asked only if nothing better is left', () => {
    expect(choose({ 3: 'avoid' })).toBe(2)
    expect(choose({ 1: 'deny', 2: 'deny', 3: 'avoid' })).toBe(3)
  })

  test('that lacks the model is asked only if nothing else was', () => {
    const lacking: Record<number, Admission> = { 1: 'last', 2: 'last', 3: 'last' }
    expect(choose(lacking)).toBe(3)
    const asked = { ...new Tries(), asked: [candidate(3)] }
    expect(choose(lacking, { tries: asked })).toBeNull()
  })

  test('of a lower priority waits for all of a higher one', () => {
    const [near, far] = plan as [Plan<Keyed>[number], Plan<Keyed>[number]]
    const ordered = [near, { ...far, priority: 1 }]
    expect(choose({}, { plan: ordered })).toBe(2)
    expect(choose({ 1: 'deny', 2: 'deny' }, { plan: ordered })).toBe(3)
  })

  test("targets share the traffic by their own weights, whatever their keys' are", () => {
    const even = plan.map((target) => ({ ...target, weight: 1 }))
    const chosen = Array.from({ length: 1000 }, (_, at) =>
      choose({}, { plan: even, random: at / 1000 }),
    )
    expect([1, 2, 3].map((id) => chosen.filter((one) => one === id).length)).toEqual([
      250, 250, 500,
    ])
  })

  test('is of the best rank and then of the first priority, in whatever order the targets are', () => {
    const admissions = fc.constantFrom<Admission>('allow', 'probe', 'avoid', 'last', 'deny')
    const given = fc.array(fc.record({ priority: fc.nat(2), admission: admissions }), {
      minLength: 1,
      maxLength: 5,
    })
    const ranks = [['allow', 'probe'], ['avoid'], ['last']]
    fc.assert(
      fc.property(given, fc.nat(999), (targets, at) => {
        const [template] = plan as [Plan<Keyed>[number]]
        const several = targets.map(({ priority }, id) => ({
          ...template,
          ...{ priority, keys: [upstream(id)] },
        }))
        const admitted = Object.fromEntries(targets.map(({ admission }, id) => [id, admission]))
        const chosen = choose(admitted, { plan: several, random: at / 1000 })
        const best = ranks
          .map((rank) => targets.filter(({ admission }) => rank.includes(admission)))
          .find((found) => found.length > 0)
        const first = Math.min(...(best ?? []).map(({ priority }) => priority))
        const among = best?.filter(({ priority }) => priority === first) ?? []
        if (among.length === 0) expect(chosen).toBeNull()
        else expect(among).toContain(targets[chosen as number] as (typeof targets)[number])
      }),
    )
  })

  test('is never one that was asked or is denied, and there is one while any may be asked', () => {
    const admissions = fc.array(fc.constantFrom<Admission>('allow', 'probe', 'avoid', 'deny'), {
      minLength: 3,
      maxLength: 3,
    })
    fc.assert(
      fc.property(admissions, fc.subarray([1, 2, 3]), fc.nat(999), (given, askedIds, at) => {
        const tries = { ...new Tries(), asked: askedIds.map(candidate) }
        const open = [1, 2, 3].filter((id) => !askedIds.includes(id) && given[id - 1] !== 'deny')
        const id = choose({ 1: given[0], 2: given[1], 3: given[2] } as Record<number, Admission>, {
          tries,
          random: at / 1000,
        })
        if (open.length === 0) expect(id).toBeNull()
        else expect(open).toContain(id as number)
      }),
    )
  })
})

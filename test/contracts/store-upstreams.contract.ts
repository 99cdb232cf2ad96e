/** The contract of upstream keys and of their running state. */
import { describe, expect, test } from 'bun:test'
import type { UpstreamState } from '../../src/core/entities.ts'
import { failureOf, type StoreUnderTest, upstreamKey } from './store-under-test.ts'

const cooling: UpstreamState = {
  status: 'cooldown',
  failureCount: 5,
  totalRequests: 40,
  totalErrors: 6,
  cooldownUntilMs: Date.UTC(2026, 10, 23, 8),
  lastError: '503 from upstream',
}
const fresh: UpstreamState = {
  status: 'healthy',
  failureCount: 0,
  totalRequests: 0,
  totalErrors: 0,
  cooldownUntilMs: null,
  lastError: null,
}
const RESET = `UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE id=1;`

export function testUpstreams(current: () => StoreUnderTest): void {
  const add = (name = 'main') =>
    current().store.createUpstreamKey({ ...upstreamKey, name }, (id) => `sealed for ${id}`)
  const stateOf = async (id: number) =>
    (await current().store.readDirectory()).upstreamKeys.find((key) => key.id === id)?.state

  test('an upstream key is sealed for its own id and starts healthy', async () => {
    const key = await add()
    expect(key).toEqual({
      ...upstreamKey,
      id: key.id,
      encryptedKey: `sealed for ${key.id}`,
      state: fresh,
    })
    expect((await current().store.readDirectory()).upstreamKeys).toEqual([key])
    expect((await current().store.listUpstreamKeys()).items).toEqual([key])
  })

  test('if encryption fails no row is left', async () => {
    const { store, look } = current()
    const failing = store.createUpstreamKey(upstreamKey, () => {
      throw new Error('no key to seal with')
    })
    expect((await failureOf(failing)).message).toContain('no key to seal with')
    expect(look('SELECT * FROM upstream_keys')).toEqual([])
  })

  test('the id of a removed key is not given again, so that its ciphertext fits no other row', async () => {
    const { store } = current()
    const { id } = await add()
    expect(await store.removeUpstreamKey(id)).toBe(true)
    expect(await store.removeUpstreamKey(id)).toBe(false)
    expect((await add()).id).toBeGreaterThan(id)
  })

  test('a saved state comes back; the states of rows that are gone are skipped', async () => {
    const { store } = current()
    const { id } = await add()
    await store.readDirectory()
    await store.saveUpstreamStates(
      new Map([
        [id + 7, cooling],
        [id, cooling],
      ]),
      [],
    )
    expect(await stateOf(id)).toEqual(cooling)
    await store.saveUpstreamStates(new Map([[id, { ...fresh, totalRequests: 41 }]]), [])
    expect(await stateOf(id)).toEqual({ ...fresh, totalRequests: 41 })
  })

  test('a reset by hand is not overwritten by a state from before it', async () => {
    const { store, byHand } = current()
    const { id } = await add()
    await store.readDirectory()
    await store.saveUpstreamStates(new Map([[id, cooling]]), [])
    byHand(RESET)
    await store.saveUpstreamStates(
      new Map([[id, { ...cooling, failureCount: 6, totalRequests: 41 }]]),
      [],
    )
    expect(await stateOf(id)).toEqual({
      ...fresh,
      totalRequests: 41,
      totalErrors: cooling.totalErrors,
      lastError: cooling.lastError,
    })
  })

  test('what two instances count is added up, and neither overwrites what the other saw', async () => {
    const { store, byHand } = current()
    const { id } = await add()
    await store.readDirectory()
    await store.saveUpstreamStates(new Map([[id, { ...fresh, totalRequests: 3 }]]), [])
    byHand(
      `UPDATE upstream_keys SET total_requests=total_requests+10, status='invalid' WHERE id=${id}`,
    )
    await store.saveUpstreamStates(
      new Map([[id, { ...fresh, failureCount: 1, totalRequests: 5, totalErrors: 1 }]]),
      [],
    )
    const state = { ...fresh, status: 'invalid', totalRequests: 15, totalErrors: 1 } as const
    expect(await stateOf(id)).toEqual(state)
  })

  test('after the reset was read, states are saved again', async () => {
    const { store, byHand } = current()
    const { id } = await add()
    await store.readDirectory()
    await store.saveUpstreamStates(new Map([[id, cooling]]), [])
    byHand(RESET)
    await store.readDirectory()
    await store.saveUpstreamStates(new Map([[id, cooling]]), [])
    expect(await stateOf(id)).toEqual(cooling)
  })

  test('a reset clears failures and cooldown and keeps the totals', async () => {
    const { store } = current()
    const { id } = await add()
    await store.readDirectory()
    await store.saveUpstreamStates(new Map([[id, cooling]]), [])
    expect(await store.resetUpstreamKey(id)).toBe(true)
    expect(await stateOf(id)).toMatchObject({
      ...fresh,
      totalRequests: 40,
      totalErrors: 6,
      lastError: cooling.lastError,
    })
    expect(await store.resetUpstreamKey(id + 1)).toBe(false)
  })

  test('a disabled key can be enabled; enabling one that cools down leaves it cooling', async () => {
    const { store } = current()
    const { id } = await add()
    expect(await store.setUpstreamKeyDisabled(id, true)).toBe(true)
    expect((await stateOf(id))?.status).toBe('disabled')
    expect(await store.setUpstreamKeyDisabled(id, false)).toBe(true)
    expect(await stateOf(id)).toEqual(fresh)
    await store.saveUpstreamStates(new Map([[id, cooling]]), [])
    expect(await store.setUpstreamKeyDisabled(id, false)).toBe(true)
    expect(await stateOf(id)).toEqual(cooling)
    expect(await store.setUpstreamKeyDisabled(id + 1, true)).toBe(false)
    expect(await store.setUpstreamKeyDisabled(id + 1, false)).toBe(false)
  })

  describe('the states of models', () => {
    const limited = (upstreamKeyId: number, model = 'big') => ({
      upstreamKeyId,
      model,
      status: 'limited' as const,
      failureCount: 2,
      untilMs: Date.UTC(2026, 0, 1),
      lastError: 'status 429',
    })
    const save = (...states: ReturnType<typeof limited>[]) =>
      current().store.saveUpstreamStates(
        new Map(),
        states.map((state) => ({ upstreamKeyId: state.upstreamKeyId, model: state.model, state })),
      )
    const models = async () => (await current().store.readUpstreamKeys()).modelStates

    test('come back, are replaced by later ones, and are deleted when the model is well', async () => {
      const { store } = current()
      const { id } = await add()
      await save(limited(id), limited(id, 'other'))
      await save({ ...limited(id), failureCount: 3 })
      expect(await store.listModelStates()).toEqual(
        expect.arrayContaining([{ ...limited(id), failureCount: 3 }, limited(id, 'other')]),
      )
      expect((await store.readDirectory()).modelStates).toHaveLength(2)
      await store.saveUpstreamStates(new Map(), [{ upstreamKeyId: id, model: 'big', state: null }])
      expect(await models()).toEqual([limited(id, 'other')])
    })

    test('of a key that is gone are skipped, and go with their key', async () => {
      const { store } = current()
      const { id } = await add()
      await save(limited(id), limited(id + 7))
      expect(await models()).toEqual([limited(id)])
      await store.removeUpstreamKey(id)
      expect(await models()).toEqual([])
    })

    test("are reset with their key, by the operator's SQL and by the command, and no other key's", async () => {
      const { store, byHand } = current()
      const one = await add('one')
      const two = await add('two')
      await save(limited(one.id), limited(two.id))
      byHand(
        `UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE id=${one.id}`,
      )
      expect(await models()).toEqual([limited(two.id)])
      await store.resetUpstreamKey(two.id)
      expect(await models()).toEqual([])
    })

    test('stay when the gateway itself writes that a key is healthy again', async () => {
      const { store } = current()
      const { id } = await add()
      await store.readDirectory()
      await save(limited(id))
      await store.saveUpstreamStates(new Map([[id, cooling]]), [])
      await store.saveUpstreamStates(new Map([[id, fresh]]), [])
      expect(await models()).toEqual([limited(id)])
    })

    test('that are malformed are refused by the database, from any program', async () => {
      const { byHand } = current()
      const { id } = await add()
      const insert = (status: string) =>
        byHand(
          `INSERT INTO upstream_model_states (upstream_key_id, model, status, cooldown_until) VALUES (${id}, 'm', '${status}', '2026-01-01')`,
        )
      expect(() => insert('tired')).toThrow()
      insert('limited')
      expect(await models()).toMatchObject([{ model: 'm', status: 'limited', failureCount: 0 }])
    })
  })

  test('a model comes back as it was saved, replaces the one before, and goes with its targets', async () => {
    const { store, look } = current()
    const target = {
      ...{ upstream: 'o*', model: 'm', priority: 0, weight: 3, contextTokens: 9 },
      ...{ maxInFlight: 4, mirrorPercent: 5, conditions: ['tag:premium', '!feature:tools'] },
    }
    const bare = {
      ...{ upstream: null, model: 'm', priority: 0, weight: null, contextTokens: null },
      ...{ maxInFlight: null, mirrorPercent: null, conditions: [] },
    }
    const model = {
      name: 'fast',
      strategy: 'cost' as const,
      targets: [target, bare],
      parameters: { default: { temperature: 0 }, set: { seed: 7 }, drop: ['logit_bias'] },
      firstTokenMs: 500,
      firstTokenAction: 'hedge' as const,
      fallbackOnFilter: true,
    }
    await store.saveModel(model)
    expect((await store.readDirectory()).models).toEqual([model])
    const changed = { ...model, targets: [target], firstTokenMs: null, fallbackOnFilter: false }
    await store.saveModel(changed)
    expect(await store.listModels()).toEqual([changed])
    expect(await store.deleteModel('fast')).toBe(true)
    expect(await store.deleteModel('fast')).toBe(false)
    expect(look('SELECT * FROM model_targets')).toEqual([])
  })

  test('a model by hand needs a name and a target; one with malformed rows is left out', async () => {
    const { store, byHand } = current()
    byHand("INSERT INTO models (name) VALUES ('empty')")
    byHand("INSERT INTO models (name, set_parameters) VALUES ('odd', '[]')")
    byHand("INSERT INTO models (name) VALUES ('good')")
    for (const name of ['odd', 'good'])
      byHand(`INSERT INTO model_targets (model, position, target_model) VALUES ('${name}', 0, 'm')`)
    expect((await store.listModels()).map(({ name }) => name)).toEqual(['good'])
    expect((await store.malformedModels()).map(({ name }) => name)).toEqual(['empty', 'odd'])
    // Without a target it is not defined yet: its rows are written one after the other.
    expect((await store.readDirectory()).malformedModels).toEqual(['odd'])
    expect(() => byHand("UPDATE models SET strategy = 'guess'")).toThrow()
  })
}

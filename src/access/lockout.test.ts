/** Guessing is slowed, and no one can lock the owner of an account out. */
import { describe, expect, test } from 'bun:test'
import { createLockout, type SignInAttempt } from './lockout.ts'

const stranger = (address: string): SignInAttempt => ({ account: 'admin', address, device: null })
const owner: SignInAttempt = { account: 'admin', address: '10.0.0.1', device: 'laptop' }

describe('lockout', () => {
  test('the sixth wrong password from one address has to wait, and waits longer each time', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 5; tries++) expect(lockout.admit(stranger('192.0.2.1'), 0)).toBe(0)
    expect(lockout.admit(stranger('192.0.2.1'), 0)).toBe(1000)
    expect(lockout.admit(stranger('192.0.2.1'), 1000)).toBe(0)
    expect(lockout.admit(stranger('192.0.2.1'), 1000)).toBe(2000)
  })

  test('a clock that is set back makes no wait longer', () => {
    const lockout = createLockout()
    const hourMs = 3_600_000
    for (let tries = 0; tries < 5; tries++) lockout.admit(stranger('192.0.2.1'), hourMs)
    expect(lockout.admit(stranger('192.0.2.1'), 0)).toBe(1000)
    expect(lockout.admit(stranger('192.0.2.1'), 1000)).toBe(0)
  })

  test('attempts made while waiting do not lengthen the wait', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 5; tries++) lockout.admit(stranger('192.0.2.1'), 0)
    for (let tries = 0; tries < 100; tries++) lockout.admit(stranger('192.0.2.1'), 500)
    expect(lockout.admit(stranger('192.0.2.1'), 1000)).toBe(0)
  })

  test('an attack from a thousand addresses slows strangers and not the owner', () => {
    const lockout = createLockout()
    for (let at = 0; at < 1000; at++) lockout.admit(stranger(`198.51.100.${at}`), 0)
    expect(lockout.admit(stranger('203.0.113.9'), 0)).toBeGreaterThan(0)
    expect(lockout.admit(owner, 0)).toBe(0)
  })

  test('an attack from the very address of the owner does not lock the owner out', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 100; tries++) lockout.admit(stranger('10.0.0.1'), 0)
    expect(lockout.admit(owner, 0)).toBe(0)
  })

  test("an attacked account doesn't lock another account at the same proxy address", () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 20; tries++) lockout.admit(stranger('10.0.0.1'), 0)
    expect(lockout.admit({ account: 'alice', address: '10.0.0.1', device: null }, 0)).toBe(0)
  })

  test('a known browser has limits too', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 10; tries++) expect(lockout.admit(owner, 0)).toBe(0)
    expect(lockout.admit(owner, 0)).toBeGreaterThan(0)
  })

  test('a success clears the failures of its own address', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 5; tries++) lockout.admit(stranger('192.0.2.1'), 0)
    lockout.succeeded(stranger('192.0.2.1'))
    expect(lockout.admit(stranger('192.0.2.1'), 0)).toBe(0)
  })

  test('five hundred attempts at once are admitted only as far as the free ones go', () => {
    const lockout = createLockout()
    const admitted = Array.from({ length: 500 }, () => lockout.admit(stranger('192.0.2.1'), 0))
    expect(admitted.filter((waitMs) => waitMs === 0)).toHaveLength(5)
  })

  test('failures are forgotten after a quarter of an hour', () => {
    const lockout = createLockout()
    for (let tries = 0; tries < 9; tries++) lockout.admit(stranger('192.0.2.1'), 0)
    expect(lockout.admit(stranger('192.0.2.1'), 15 * 60_000 + 1)).toBe(0)
  })
})

/** The accounts of all users by month, found without date arithmetic for each request. */
import { type Month, monthOf, monthStartMs, nextMonthStartMs } from '../core/time/month.ts'
import { type Account, openAccount } from './account.ts'

interface MonthAccounts {
  month: Month
  fromMs: number
  untilMs: number
  byUser: Map<number, Account>
}

export interface QuotaAccounts {
  /** The account for the month of this time; created if there is none. */
  at(userId: number, ms: number): Account
  of(userId: number): Account[]
  all(): Account[]
  close(account: Account): void
}

export function createQuotaAccounts(): QuotaAccounts {
  const months: MonthAccounts[] = []
  let current: MonthAccounts | null = null

  const monthAt = (ms: number): MonthAccounts => {
    if (current !== null && ms >= current.fromMs && ms < current.untilMs) return current
    let found = months.find(({ fromMs, untilMs }) => ms >= fromMs && ms < untilMs)
    if (found === undefined) {
      const month = monthOf(ms)
      found = {
        month,
        fromMs: monthStartMs(month),
        untilMs: nextMonthStartMs(month),
        byUser: new Map(),
      }
      months.push(found)
    }
    current = found
    return found
  }
  const all = () => months.flatMap(({ byUser }) => [...byUser.values()])

  return {
    at(userId, ms) {
      const { byUser, month } = monthAt(ms)
      const known = byUser.get(userId)
      if (known !== undefined) return known
      const account = openAccount(userId, month)
      byUser.set(userId, account)
      return account
    },
    of: (userId) => all().filter((account) => account.userId === userId),
    all,
    close(account) {
      for (const { byUser, month } of months) {
        if (month === account.month) byUser.delete(account.userId)
      }
    },
  }
}

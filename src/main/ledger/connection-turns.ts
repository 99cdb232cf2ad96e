/**
 * Lets several threads use one connection: while one of them is in a transaction, what the others send waits
 * until it ends, in the order in which it came.
 */

export interface ConnectionTurns<Client> {
  /** `statement` begins or ends a transaction of the client, belongs to one, or is outside of any. */
  run<Result>(client: Client, statement: string, work: () => Result): Result | Promise<Result>
  /** `work` is a transaction of its own. */
  whole<Result>(client: Client, work: () => Promise<Result>): Promise<Result>
}

export function createConnectionTurns<Client>(): ConnectionTurns<Client> {
  let holder: Client | null = null
  let waiting: { client: Client; resume: () => void }[] = []

  const mayRun = (client: Client): boolean => holder === null || holder === client
  const turnOf = (client: Client): Promise<void> =>
    new Promise((resume) => waiting.push({ client, resume }))
  const release = (): void => {
    holder = null
    const resumed = waiting
    waiting = []
    // Each looks again: the first of them may begin a transaction of its own.
    for (const { resume } of resumed) resume()
  }
  const runNow = <Result>(client: Client, statement: string, work: () => Result): Result => {
    if (/^begin\b/i.test(statement)) {
      const result = work()
      holder = client
      return result
    }
    const isRollback = /^rollback$/i.test(statement)
    try {
      const result = work()
      if (/^commit$/i.test(statement)) release()
      return result
    } finally {
      // Even if it fails: SQLite may have rolled the transaction back already.
      if (isRollback) release()
    }
  }
  const runLater = async <Result>(
    client: Client,
    statement: string,
    work: () => Result,
  ): Promise<Result> => {
    while (!mayRun(client)) await turnOf(client)
    return runNow(client, statement, work)
  }

  return {
    run: (client, statement, work) =>
      mayRun(client) ? runNow(client, statement, work) : runLater(client, statement, work),
    async whole(client, work) {
      while (!mayRun(client)) await turnOf(client)
      holder = client
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}

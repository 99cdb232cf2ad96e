/** Directories of further threads that can’t be reloaded. */
import { expect, test } from 'bun:test'
import { reloadWithOthers } from './reload-with-others.ts'

/** A directory that has changed whenever it is asked, and threads that can't read it. */
function withFailingThread() {
  let readings = 0
  const read = async () => {
    readings++
  }
  const directory = { reload: read, reloadIfChanged: read }
  const reloadOthers = () => Promise.reject(new Error('driver has already been destroyed'))
  reloadWithOthers(directory, { reloadOthers }, () => readings)
  return directory
}

function outcomeOf(work: Promise<void>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error) => error.message,
  )
}

test('a thread that has stopped does not fail the periodic look for changes, nor the stop that waits for it', async () => {
  expect(await outcomeOf(withFailingThread().reloadIfChanged())).toBe('done')
})

test('a change by the admin API is not answered as done if a thread could not read it', async () => {
  const outcome = await outcomeOf(withFailingThread().reload())
  expect(outcome).toBe('driver has already been destroyed')
})

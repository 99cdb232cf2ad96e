/**
 * Runs the files of failed tests once more, alone. Many tests wait for deadlines, and a busy machine can make one
 * late. What passes then is reported by name, so that a test that does so often is noticed and fixed.
 */
import type { Failure, SuiteResult } from './suite.ts'

/** More failed files than this are a fault, not a busy machine. */
const MAX_FILES = 5

export interface SecondRun {
  /** Their files passed whole. */
  passed: readonly Failure[]
  failed: readonly Failure[]
}

/** `run` runs one file. */
export async function runAgain(
  failures: readonly Failure[],
  run: (file: string) => Promise<SuiteResult>,
): Promise<SecondRun> {
  const files = [...new Set(failures.map(({ file }) => file))]
  if (files.length > MAX_FILES) return { passed: [], failed: failures }
  const passedFiles = new Set<string>()
  for (const file of files) {
    console.log(`\n== ${file}, again`)
    const { passed, failed } = await run(file)
    if (failed === 0 && passed > 0) passedFiles.add(file)
  }
  return {
    passed: failures.filter(({ file }) => passedFiles.has(file)),
    failed: failures.filter(({ file }) => !passedFiles.has(file)),
  }
}

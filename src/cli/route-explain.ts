/** gpt-proxy route explain */
import type { Command } from 'commander'
import { OperatorError } from '../core/operator-error.ts'
import type { CliContext } from './context.ts'
import { type OutputOptions, withExamples, withTable } from './options.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

const COLUMNS = ['upstream', 'model', 'priority', 'weight', 'verdict']

interface ExplainOptions extends OutputOptions {
  key?: string
  /** True without a value. */
  body?: string | true
}

export function addRouteExplain(route: Command, context: CliContext): void {
  const explain = withTable(
    route
      .command('explain <model>')
      .description(
        'each upstream key in the order it would be tried for a model, or the reason it would not be',
      ),
  )
    .option('--key <key>', 'for a proxy key, given by id or prefix')
    .option('--body [file]', 'for a request body in JSON, from a file or (-) from standard input')
  withExamples(
    explain,
    'gpt-proxy route explain gpt-4o',
    'gpt-proxy route explain fast --key 3 --body request.json',
    'gpt-proxy route explain fast --body - < request.json',
  ).action(async (model: string, { json, wide, key, body }: ExplainOptions) => {
    const given = body === undefined ? null : await readBody(context, body)
    await withAdmin(context, async (admin) => {
      const rows = await admin.models.explain(model, { keyName: key ?? null, body: given })
      printRows(context, rows, { json, wide, columns: COLUMNS })
    })
  })
}

async function readBody(context: CliContext, file: string | true) {
  return file === true || file === '-'
    ? bodyOf(await context.readInput(), 'standard input')
    : bodyOf(await context.readFile(file), file)
}

function bodyOf(text: string, source: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Readonly<Record<string, unknown>>
  } catch {
    // Answered below.
  }
  throw new OperatorError(
    'invalid',
    `${source} is not a JSON object`,
    'It must be the body of a request, e.g. {"messages":[{"role":"user","content":"Hi"}]}',
  )
}

/** gpt-proxy route explain */
import type { Command } from 'commander'
import { OperatorError } from '../core/operator-error.ts'
import type { CliContext } from './context.ts'
import { type Output, withExamples, withJson } from './options.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

const COLUMNS = ['upstream', 'model', 'priority', 'weight', 'verdict']

interface ExplainOptions extends Output {
  key?: string
  body?: boolean
}

export function addRouteExplain(route: Command, context: CliContext): void {
  const explain = withJson(
    route
      .command('explain <model>')
      .description(
        'each upstream key in the order it would be tried for a model, or the reason it would not be',
      ),
  )
    .option('--key <key>', 'for a proxy key, given by id or prefix')
    .option('--body', 'for a request body, read as JSON from standard input')
  withExamples(
    explain,
    'gpt-proxy route explain gpt-4o',
    'gpt-proxy route explain fast --key 3 --body < request.json',
  ).action(async (model: string, { json, key, body }: ExplainOptions) => {
    const given = body ? bodyOf(await context.readInput()) : null
    await withAdmin(context, async (admin) => {
      const rows = await admin.models.explain(model, { keyName: key ?? null, body: given })
      printRows(context, rows, { json, columns: COLUMNS })
    })
  })
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Readonly<Record<string, unknown>>
  } catch {
    // Answered below.
  }
  throw new OperatorError(
    'invalid',
    'standard input is not a JSON object',
    'Pipe in the body of a request, e.g. {"messages":[{"role":"user","content":"Hi"}]}',
  )
}

/** gpt-proxy route explain */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { type Output, withExamples, withJson } from './options.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

const COLUMNS = ['upstream', 'model', 'priority', 'weight', 'verdict']

export function addRouteExplain(route: Command, context: CliContext): void {
  const explain = withJson(
    route
      .command('explain <model>')
      .description(
        'each upstream key in the order it would be tried for a model, or the reason it would not be',
      ),
  )
  withExamples(explain, 'gpt-proxy route explain gpt-4o').action(
    (model: string, { json }: Output) =>
      withAdmin(context, async (admin) => {
        printRows(context, await admin.models.explain(model), { json, columns: COLUMNS })
      }),
  )
}

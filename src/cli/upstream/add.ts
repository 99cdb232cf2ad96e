/** gpt-proxy upstream add */
import type { Command } from 'commander'
import { upstreamView } from '../../admin/contract.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { withExamples } from '../options.ts'
import { printRow } from '../output.ts'
import { readSecrets } from '../secret-input.ts'
import { withAdmin } from '../with-admin.ts'
import { inputOf, type Placement, refuseKeyArgument, withPlacement } from './placement.ts'

export function addUpstreamAdd(upstream: Command, context: CliContext): void {
  const add = upstream
    .command('add <name>')
    .description('add one key, given on standard input or in GPT_PROXY_UPSTREAM_KEY')
  withExamples(
    withPlacement(add),
    'gpt-proxy upstream add main < key.txt',
    'gpt-proxy upstream add deepseek --provider deepseek < key.txt',
    'gpt-proxy upstream add eu --provider azure --base-url https://eu.openai.azure.com --deployment gpt-4o=my-gpt-4o < key.txt',
    'gpt-proxy upstream add local --provider compatible --base-url http://127.0.0.1:11434/v1 --model llama3 < key.txt',
  ).action(async (name: string, options: Placement) => {
    refuseKeyArgument(options)
    const input = { ...inputOf(options), name }
    const [given, ...more] = await readSecrets(context)
    if (more.length > 0) {
      throw new OperatorError(
        'invalid',
        `${more.length + 1} keys were given for one upstream`,
        'Add several with: gpt-proxy upstream import',
      )
    }
    await withAdmin(context, async (admin) => {
      printRow(
        context,
        upstreamView(
          await admin.upstreams.add(CLI_ACTOR, { ...input, secret: given?.secret ?? '' }),
        ),
        options,
      )
    })
  })
}

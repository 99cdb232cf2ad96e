/** gpt-proxy upstream reset, enable, disable and remove: one row each, named by name or id. */
import type { Command } from 'commander'
import type { CommandUpstreams, UpstreamRow } from '../../admin/command-admin.ts'
import { upstreamView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

type Change = (upstreams: CommandUpstreams, name: string) => Promise<UpstreamRow>

export const addUpstreamReset = changing(
  'reset',
  'reset to healthy: clears failures and cooldown',
  (upstreams, name) => upstreams.reset(CLI_ACTOR, name),
)
export const addUpstreamEnable = changing('enable', 'enable a disabled key', (upstreams, name) =>
  upstreams.setDisabled(CLI_ACTOR, name, false),
)
export const addUpstreamDisable = changing(
  'disable',
  'disable a key temporarily',
  (upstreams, name) => upstreams.setDisabled(CLI_ACTOR, name, true),
)
export const addUpstreamRemove = changing('remove', 'delete a key', (upstreams, name) =>
  upstreams.remove(CLI_ACTOR, name),
)

function changing(verb: string, about: string, change: Change) {
  return (upstream: Command, context: CliContext): void => {
    const command = withJson(upstream.command(`${verb} <name>`).description(about))
    withExamples(command, `gpt-proxy upstream ${verb} main`).action(
      (name: string, options: OutputOptions) =>
        withAdmin(context, async (admin) => {
          printRow(context, upstreamView(await change(admin.upstreams, name)), options)
        }),
    )
  }
}

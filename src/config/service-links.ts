/** Variables that a container engine sets for each neighbouring service, as docker links did and Kubernetes does. */

/** A service called `redis` or `gpt-proxy` makes names that look like ours. */
const LINK_NAME =
  /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/
const LINK_ADDRESS = /^(tcp|udp|sctp):\/\//

/** REDIS_PORT is ours where it is a number, and a link where it is tcp://10.0.0.7:6379. */
export function isServiceLink(name: string, value: string): boolean {
  return LINK_NAME.test(name) || (name.endsWith('_PORT') && LINK_ADDRESS.test(value))
}

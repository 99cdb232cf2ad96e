/** English: findings about the configuration, the store, quotas and upstream keys. */
import type { Text } from '../text.ts'

export const EN_STATE = {
  config: [
    'The gateway does not start: {problem}.',
    '{variable} has to be corrected; the checks continued as if it were not set.',
    '{remedy}',
  ],
  broken: [
    'This check could not be completed: {error}.',
    'The service that it checks gave an unexpected answer.',
    'Run it again; if it fails again, report it with the output of --json.',
  ],
  late: [
    'This check timed out after {seconds} s.',
    'A service that it checks neither answers nor refuses the connection.',
    'Look at the findings of the other checks first, then run this one alone with --only.',
  ],
  'no-store': ['Skipped, because there is no usable database: see DB-1.'],
  'no-gateway': ['Skipped, because no gateway with this store answers at {url}: see NGX-1.'],

  'ups.ok': [
    '{upstream}: accepted by {baseUrl} in {latencyMs} ms; {requests} requests so far, {errors} failed.',
  ],
  'ups.none': [
    'There is no upstream key; only the demo models answer.',
    'None has been added or imported yet.',
    'Add one; it is read from standard input.',
  ],
  'ups.dead': [
    '{upstream}: {baseUrl} refuses the key that ends in {hint} (status {status}).',
    'The key was revoked, has expired, or belongs to another account or address.',
    'Make a new key at the upstream, put it into key.txt, and replace the old one:',
  ],
  'ups.credentials': [
    '{upstream}: its stored credentials get no access token ({detail}).',
    'If they are refused, the service account, role or application was removed or its secret has expired; else the issuer of tokens does not answer.',
    'Correct it in the cloud, or put new credentials into key.txt and replace the old ones:',
  ],
  'ups.quota': [
    '{upstream}: {baseUrl} knows the key and answers {status}.',
    'The account is rate limited, or its quota or credit is used up.',
    'Top up the account, or use another key until then; then reset this one:',
  ],
  'ups.unreachable': [
    '{upstream}: no answer from {baseUrl} ({detail}).',
    'The address is wrong, its name is not known here, a firewall blocks the connection, or the upstream is down.',
    'Test the address from this machine and fix the network; if the address is wrong, put the right one in the second command:',
  ],
  'ups.strange': [
    '{upstream}: {baseUrl} answers the list of models with status {status} ({detail}).',
    'The base URL does not belong to an API of this kind, or the upstream has a problem.',
    'Check the status page of the upstream; if the base URL is wrong, put the right one in the second command:',
  ],
  'ups.invalid': [
    '{upstream}: the upstream accepts the key, but the gateway has marked it {state} (last error: {lastError}).',
    'A request was refused with 401 or 403 earlier. The gateway tests the key again, at first after a minute, later after up to an hour.',
    'Wait for the next test, or reset the key now:',
  ],
  'ups.breaker': [
    '{upstream}: its breaker is open until {until} after {failures} failures (last error: {lastError}).',
    'Its upstream failed, rate limited it or had no quota left; the key is used again after that time.',
    'Wait until then, or reset it now:',
  ],
  'ups.model': [
    '{upstream}: its model {model} gets no requests until {until} ({state}; {failures} failures, last error: {lastError}).',
    'Requests for this model failed, were rate limited, or the model was not found; the key still serves other models.',
    'The gateway retries it automatically; to reset it now:',
  ],
  'ups.disabled': [
    '{upstream}: disabled by an operator.',
    'An operator ran "upstream disable".',
    'To use it again:',
  ],
  'ups.sealed': [
    '{upstream}: its key cannot be decrypted, so it was not tested.',
    'ENCRYPTION_KEY is not the one it was encrypted with: see ENC-1.',
    'Check the encryption:',
  ],
  'ups.unserved': [
    'No upstream key serves the model {model}.',
    'No key lists it among its models or deployments, or those that do are disabled or unavailable.',
    'Check what each key serves, and add one for this model:',
  ],

  'db.ok': ['{place}: {steps} succeeded; {latencyMs} ms per statement, {pool}.'],
  'db.row': [
    '{table} row {row} is malformed and not used: {reason}.',
    'It was written by hand, or by an older version.',
    'Correct the row with SQL.',
  ],
  'db.row-sqlite': [
    '{table} row {row} is malformed and not used: {reason}.',
    'It was written by hand, or by an older version.',
    'Repair it with SQL:',
  ],
  'db.row-postgres': [
    '{table} row {row} is malformed and not used: {reason}.',
    'It was written by hand, or by an older version.',
    'Repair it with SQL:',
  ],
  'db.new': [
    '{place} does not exist yet; the first start creates it. If your gateway has already started, DATA_DIR is not its folder.',
  ],
  'db.folder': [
    '{place}: {detail}.',
    'The folder or a file in it belongs to another user, or is mounted read-only.',
    'Give it to the user that the gateway runs as, and check for a read-only mount:',
  ],
  'db.disk': [
    '{place}: its disk has {freeMb} MB free.',
    'The store and the usage journal grow with the traffic; without space, requests are refused with 503 journal_unavailable.',
    'Free some space, or move DATA_DIR to a larger disk:',
  ],
  'db.name': [
    '{place}: the step "name" fails: {detail}.',
    'The host name is misspelt, or the DNS server of this machine or network does not know it.',
    'Correct the host in DATABASE_URL or POSTGRES_HOST ({remedy}):',
  ],
  'db.tcp': [
    '{place}: the step "TCP" fails: {detail}.',
    'PostgreSQL is not running, listens on another address or port, or a firewall blocks the connection.',
    '{remedy}:',
  ],
  'db.tls': [
    '{place}: the step "TLS" fails: {detail}.',
    'The certificate is not trusted for this host, or one side requires TLS and the other does not support it.',
    '{remedy}:',
  ],
  'db.password': [
    '{place}: the step "password" fails: {detail}.',
    'The user or password in DATABASE_URL or POSTGRES_PASSWORD is wrong; the volume of a container keeps its first password.',
    'Correct the variable, or set the password of the database user to its value:',
  ],
  'db.database': [
    '{place}: the step "database" fails: {detail}.',
    'The database was never created, or its name is misspelt.',
    '{remedy}:',
  ],
  'db.migrations': [
    '{place}: {pending} migrations are pending ({names}).',
    'The store was created by an older version.',
    'The next start runs them; to run them now:',
  ],
  'db.newer': ['{place}: {detail}.', 'A newer version has used this store.', '{remedy}:'],
  'db.write': [
    '{place}: the step "write" fails: {detail}.',
    'The file or the disk is read-only, another program holds a lock, or the database user lacks the right to write.',
    '{remedy}:',
  ],
  'db.pool': [
    '{place}: {open} of {most} connections of the server are in use, and each instance may take {poolSize}.',
    'The pools of all instances together exceed what the server allows.',
    'Lower DB_POOL_SIZE, or raise max_connections and restart PostgreSQL:',
  ],
  'db.set-aside': [
    '{files} files of the usage journal in {path}/journal are quarantined, so their usage may be missing from reports: {names}.',
    'NAME.damaged contains bytes that are not records, because of a disk or memory fault; its valid records are stored. ID.refused.json is a record that the database rejected.',
    'Search the log for the name of the file to find the reason. For damaged files, check the disk. For rejected records, fix what the database reported and add the record by hand if it matters. Then move the files away:',
  ],
  'db.other': [
    '{place}: the step "{step}" fails: {detail}.',
    'The message names the reason.',
    '{remedy}:',
  ],

  'quo.ok': [
    '{users} users have a quota, and none is used up; the totals of {month} agree with the records.',
  ],
  'quo.fits': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}; a request for {asked} tokens is accepted.',
  ],
  'quo.unlimited': ['{user} has no quota; requests are not limited by one.'],
  'quo.spent': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}; a request for {asked} tokens is refused until {reset}.',
    'A request reserves the estimated prompt plus max_tokens; the reservation must fit before the request is sent.',
    'Raise the quota, or reset the usage of the month (the records stay):',
  ],
  'quo.held': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}: the unused part is leased, so a request for {asked} tokens may be refused.',
    'Instances hold what their running requests may still use, and return the rest when another instance needs it.',
    'Wait for the running requests, lower max_tokens, or raise the quota:',
  ],
  'quo.nearly': [
    '{user}: {percent} % of the quota of {quota} is used.',
    'The month ends at {reset}.',
    'Raise the quota before requests are refused:',
  ],
  'quo.sums': [
    '{table}, user {user}: the totals of the month differ from the records (total / records): {figures}.',
    'After "quota reset" or DELETE FROM usage_monthly this is expected in usage_monthly; otherwise a table was changed by hand.',
    'If it is not expected, recompute the totals of the month from the records:',
  ],
  'quo.stale': [
    '{leases} leases ({tokens} tokens) have not been renewed for 20 minutes.',
    'Their instances ended without returning them; they no longer count.',
    'An instance that starts again drops its own; to drop all of them:',
  ],
  'quo.no-user': ['There is no user {user}.', 'The name or id is misspelt.', 'List the users:'],
  'quo.disabled': [
    '{user} is disabled; all requests of this user are refused with 401.',
    'An operator ran "user disable".',
    'Enable the user again:',
  ],
  'quo.record': [
    '{request}: {user} asked for {model}; {reserved} tokens were reserved, {used} used; status {status}, {outcome}.',
  ],
  'quo.no-record': [
    '{request}: there is no record of this request.',
    'A request that is refused before an upstream is called (401, 403, 404, 429) leaves no record; a completed one is stored within a second.',
    'Find it in the log of the gateway, or replay the decision for its user:',
  ],
} as const satisfies Record<string, Text>

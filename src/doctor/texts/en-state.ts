/** English: findings about the configuration, the store, encryption, quotas and upstream keys. */
import type { Text } from '../text.ts'

export const EN_STATE = {
  config: [
    'The variable {variable} is not usable: {problem}.',
    'With this value the gateway does not start; the checks went on as if it were not set.',
    '{remedy}',
  ],
  broken: [
    'This check could not be finished: {error}.',
    'What it asked did not answer as expected.',
    'Run it again; if it stays so, report it with the output of --json.',
  ],
  late: [
    'This check was ended after {seconds} s.',
    'Something that it asked neither answers nor refuses.',
    'Look at the findings of the other checks first, then run this one alone with --only.',
  ],
  'no-store': ['Not tried, because there is no database that can be used: see DB-1.'],
  'no-gateway': ['Not tried, because no gateway of this store answers at {url}: see NGX-1.'],

  'ups.ok': [
    '{upstream}: accepted by {baseUrl} in {latencyMs} ms; {requests} requests so far, {errors} of them errors.',
  ],
  'ups.none': [
    'There is no upstream key; only the demo models answer.',
    'None was added or imported yet.',
    'Add one; it is read from standard input.',
  ],
  'ups.dead': [
    '{upstream}: {baseUrl} refuses the key that ends in {hint} (status {status}).',
    'The key was revoked, has expired, or belongs to another account or address.',
    'Make a new key at the upstream, put it into key.txt, and replace the old one:',
  ],
  'ups.quota': [
    '{upstream}: {baseUrl} knows the key and answers {status}.',
    'Its account is over its rate, or its quota or credit is used up.',
    'Top the account up, or let another key serve until it is; then set this one back:',
  ],
  'ups.unreachable': [
    '{upstream}: no answer from {baseUrl} ({detail}).',
    'The address is wrong, its name is not known here, a firewall is between, or the upstream is down.',
    'Try the address from this machine, and mend the way there; a wrong one is replaced by adding the key anew:',
  ],
  'ups.strange': [
    '{upstream}: {baseUrl} answers the list of models with status {status} ({detail}).',
    'The base URL is not that of an API of this kind, or the upstream has a fault of its own.',
    'Correct the base URL by adding the key anew, or look at the status page of the upstream:',
  ],
  'ups.invalid': [
    '{upstream}: the upstream accepts the key, but it is set aside as {state} (last error: {lastError}).',
    'A request was refused with 401 or 403 earlier. The key is tried again by itself, after a minute at first and then after up to an hour.',
    'Wait for that, or set it back to healthy now:',
  ],
  'ups.breaker': [
    '{upstream}: its breaker is open until {until} after {failures} failures (last error: {lastError}).',
    'Its upstream failed, limited its rate or had no quota; the key rests until then and comes back by itself.',
    'Wait until then, or set it back now:',
  ],
  'ups.model': [
    '{upstream}: its model {model} is {state} until {until} after {failures} failures (last error: {lastError}).',
    'Requests for this model failed, were limited or found no such model; other models of the key are still served.',
    'It is tried again by itself; to do so now:',
  ],
  'ups.disabled': [
    '{upstream}: switched off by an operator.',
    'Somebody ran "upstream disable".',
    'Where it shall serve again:',
  ],
  'ups.sealed': [
    '{upstream}: its key cannot be decrypted, so it was not tried.',
    'ENCRYPTION_KEY is not the one it was encrypted with: see ENC-1.',
    'Look at the encryption:',
  ],
  'ups.unserved': [
    'No upstream key serves the model {model}.',
    'No key has it among its models or deployments, or those that have it are switched off or set aside.',
    'See what each key serves, and add one for this model:',
  ],

  'db.ok': ['{place}: {steps} are well; {latencyMs} ms a statement, {pool}.'],
  'db.row': [
    '{table} row {row} is malformed and not used: {reason}.',
    'Somebody wrote it by hand, or an older version did.',
    'Correct the row with SQL.',
  ],
  'db.row-sqlite': [
    '{table} row {row} is malformed and not used: {reason}.',
    'Somebody wrote it by hand, or an older version did.',
    'Repair it with SQL:',
  ],
  'db.row-postgres': [
    '{table} row {row} is malformed and not used: {reason}.',
    'Somebody wrote it by hand, or an older version did.',
    'Repair it with SQL:',
  ],
  'db.new': ['{place} is not there yet; the first start makes it.'],
  'db.folder': [
    '{place}: {detail}.',
    'The folder or a file in it belongs to another user, or is mounted read-only.',
    'Give it to the user that the gateway runs as, and look for a read-only mount:',
  ],
  'db.disk': [
    '{place}: {freeMb} MB are free on its disk.',
    'The store and the usage journal grow with the traffic; without space requests are refused with 503 journal_unavailable.',
    'Free some space, or move DATA_DIR to a larger disk:',
  ],
  'db.name': [
    '{place}: the step "name" fails: {detail}.',
    'The host name is misspelt, or the name server of this machine or network does not know it.',
    'Correct the host in DATABASE_URL or POSTGRES_HOST ({remedy}):',
  ],
  'db.tcp': [
    '{place}: the step "TCP" fails: {detail}.',
    'PostgreSQL does not run, listens on another address or port, or a firewall is between.',
    '{remedy}:',
  ],
  'db.tls': [
    '{place}: the step "TLS" fails: {detail}.',
    'The certificate is not trusted for this host, or one side asks for TLS and the other does not speak it.',
    '{remedy}:',
  ],
  'db.password': [
    '{place}: the step "password" fails: {detail}.',
    'User or password in DATABASE_URL or POSTGRES_PASSWORD are not those that PostgreSQL has; the volume of a container keeps its first password.',
    'Set the variable to the right one, or give the user the password that the variable has:',
  ],
  'db.database': [
    '{place}: the step "database" fails: {detail}.',
    'The database was never made, or its name is misspelt.',
    '{remedy}:',
  ],
  'db.migrations': [
    '{place}: {pending} migrations are still to be run ({names}).',
    'The store was made by an older version.',
    'The next start runs them; or run them now:',
  ],
  'db.newer': ['{place}: {detail}.', 'A newer version ran on this store.', '{remedy}:'],
  'db.write': [
    '{place}: the step "write" fails: {detail}.',
    'The file or the disk is read-only, another program holds a lock, or the user of the database may not write.',
    '{remedy}:',
  ],
  'db.pool': [
    '{place}: {open} of {most} connections of the server are in use, and each instance may take {poolSize}.',
    'The pools of all instances together are larger than what the server allows.',
    'Lower DB_POOL_SIZE, or raise max_connections and restart PostgreSQL:',
  ],
  'db.set-aside': [
    '{files} files of the usage journal in {path}/journal were set aside, so their usage may be in no report: {names}.',
    'NAME.damaged has bytes that are no records, by a fault of the disk or of memory; its good records are stored. ID.refused.json is a record that the database never took.',
    'The log says why, by the name of the file. Damage: look after the disk. A refused record: mend what the database said, and add it by hand where it counts. Then move the files away:',
  ],
  'db.other': ['{place}: the step "{step}" fails: {detail}.', 'See what it says.', '{remedy}:'],

  'enc.ok': [
    'ENCRYPTION_KEY ({source}, id {keyId}) is well formed and opens {rows} of {rows} stored secrets.',
  ],
  'enc.new': ['There is no encryption key yet; the first start makes {file}.'],
  'enc.gone': [
    '{file} is missing, and {rows} stored secrets ({names}) are encrypted with the key that was in it.',
    'It was moved or deleted, or the store was restored without it.',
    'Put it back. Where it is lost, remove each of these upstream keys and add it again; the first one makes a new file.',
  ],
  'enc.missing': [
    'ENCRYPTION_KEY is not set, and the store is on PostgreSQL.',
    'Instances that share a database must share the key; one made by an instance alone would be lost with it.',
    'Set it to the one that was used before, or where there is none yet, make one and give it to all instances:',
  ],
  'enc.quotes': [
    'ENCRYPTION_KEY stands in quotes.',
    'The tool that reads this file takes quotes for a part of the value.',
    'Leave them out:',
  ],
  'enc.newline': [
    'ENCRYPTION_KEY holds a line break.',
    'It was copied with the end of its line.',
    'Leave it out:',
  ],
  'enc.space': [
    'ENCRYPTION_KEY holds a space.',
    'It was copied with what stood beside it.',
    'Leave it out:',
  ],
  'enc.prefix': [
    'ENCRYPTION_KEY begins with 0x.',
    'Only the hex digits belong to it.',
    'Leave the 0x out:',
  ],
  'enc.base64': [
    'ENCRYPTION_KEY is base64 of the hex digits.',
    'It was encoded once too often, as Kubernetes secrets are in their files.',
    'Decode it once:',
  ],
  'enc.format': [
    'ENCRYPTION_KEY is malformed: {detail}.',
    'It must be 64 hex digits, or base64 of 32 bytes.',
    'Set it to the one that was used before; only where no upstream key is stored yet, make a new one:',
  ],
  'enc.file': [
    'The key file {file} is not usable: {detail}.',
    'It was cut, edited, or belongs to another user.',
    'Put it back from a backup:',
  ],
  'enc.mode': [
    'The key file {file} can be read by others.',
    'Its mode was changed.',
    'Make it private again:',
  ],
  'enc.file-opens': [
    'ENCRYPTION_KEY (id {keyId}) does not open {rows} ({names}); the key file {file} (id {fileKeyId}) does.',
    'The keys were stored while ENCRYPTION_KEY was not set.',
    'Let the old key open them, encrypt them anew with the present one, then the old one is no longer needed:',
  ],
  'enc.old': [
    '{rows} stored secrets ({names}) are still encrypted with an old key.',
    'ENCRYPTION_KEY was changed and "encryption rotate" did not run since.',
    'Encrypt them anew; then ENCRYPTION_KEYS_OLD can be unset:',
  ],
  'enc.lost': [
    'ENCRYPTION_KEY ({source}, id {keyId}) does not open {rows} upstream keys ({names}), which were encrypted with the key of id {sealedWith}.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'Start with the former key, or name it in ENCRYPTION_KEYS_OLD and run "encryption rotate". Where it is lost, enter each upstream key again:',
  ],
  'enc.totp': [
    'ENCRYPTION_KEY ({source}, id {keyId}) does not open the second factor of {names}, which was encrypted with the key of id {sealedWith}. This user cannot sign in with a password.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'Name the former key in ENCRYPTION_KEYS_OLD and run "encryption rotate". Where it is lost, a new link turns the second factor off:',
  ],
  'enc.data': [
    'ENCRYPTION_KEY ({source}, id {keyId}) does not open the key that stored {names} are encrypted with; it was encrypted with the key of id {sealedWith}. They can neither be read nor added to.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'If the former key is lost, delete the rows of the tables stored_responses and data_keys. Else name it in ENCRYPTION_KEYS_OLD and encrypt anew:',
  ],
  'enc.changed': [
    'ENCRYPTION_KEY has the id that {names} were encrypted with, and still does not open them.',
    'The row or its base URL was changed in the database after the key was stored.',
    'Enter the upstream key again:',
  ],

  'quo.ok': [
    '{users} users with a quota, none of it spent; the sums of {month} are what the records say.',
  ],
  'quo.fits': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}; a request that asks for {asked} tokens is let through.',
  ],
  'quo.unlimited': ['{user} has no quota; requests are not held back by one.'],
  'quo.spent': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}; a request that asks for {asked} tokens is refused until {reset}.',
    'What is asked for is the prompt by estimate and what max_tokens allows; it must fit before the request is sent.',
    'Raise the quota, or start the month anew; the records stay:',
  ],
  'quo.held': [
    '{user}: quota {quota}, used {used}, leased {leased}, left {left}: what is not used is on lease, so a request that asks for {asked} tokens may be refused.',
    'Instances hold what their requests under way may still use, and give the rest back when another asks for it.',
    'Wait for the requests under way, lower max_tokens, or raise the quota:',
  ],
  'quo.nearly': [
    '{user}: {percent} % of the quota of {quota} are used.',
    'The month is not over until {reset}.',
    'Raise the quota before requests are refused:',
  ],
  'quo.sums': [
    '{table}, user {user}: its sums of the month are not what the records say (sum / records): {figures}.',
    'In usage_monthly it is meant to be so after "quota reset" or DELETE FROM usage_monthly; else somebody changed a table by hand.',
    'Where it was not meant, set all sums of the month to what the records say:',
  ],
  'quo.stale': [
    '{leases} leases ({tokens} tokens) have not been renewed for 20 minutes.',
    'Their instances are gone without giving them back; nobody counts them any more.',
    'An instance that starts again drops its own; this drops all of them:',
  ],
  'quo.no-user': ['There is no user {user}.', 'The name or id is misspelt.', 'See who there is:'],
  'quo.disabled': [
    '{user} is disabled; all requests of this user are refused with 401.',
    'Somebody ran "user disable".',
    'Let the user in again:',
  ],
  'quo.record': [
    '{request}: {user} asked for {model}; {reserved} tokens were reserved, {used} used; status {status}, {outcome}.',
  ],
  'quo.no-record': [
    '{request}: there is no record of it.',
    'A request that is refused before an upstream is asked (401, 403, 404, 429) leaves no record; a finished one is stored within a second.',
    'Find it in the log of the gateway, and replay the decision for its user:',
  ],
} as const satisfies Record<string, Text>

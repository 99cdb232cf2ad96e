/** English: findings about the encryption of secrets. */
import type { Text } from '../text.ts'

export const EN_ENCRYPTION = {
  'enc.ok': [
    'ENCRYPTION_KEY ({source}, id {keyId}) is valid and decrypts {rows} of {rows} stored secrets.',
  ],
  'enc.new': ['There is no encryption key yet; the first start creates {file}.'],
  'enc.gone': [
    '{file} is missing, and {rows} stored secrets ({names}) are encrypted with the key that was in it.',
    'It was moved or deleted, or the store was restored without it.',
    'Put it back. If it is lost, remove these upstream keys and add them again; the first one creates a new file.',
  ],
  'enc.missing': [
    'ENCRYPTION_KEY is not set, and the store is on PostgreSQL.',
    'Instances that share a database must share the key; a key created by one instance would be lost with it.',
    'Set it to the key that was used before; if there is none yet, create one and set it on all instances:',
  ],
  'enc.quotes': [
    'ENCRYPTION_KEY is in quotes.',
    'The tool that reads this file treats quotes as part of the value.',
    'Remove them:',
  ],
  'enc.newline': [
    'ENCRYPTION_KEY contains a line break.',
    'It was copied together with the end of its line.',
    'Remove it:',
  ],
  'enc.space': [
    'ENCRYPTION_KEY contains a space.',
    'It was copied together with the text next to it.',
    'Remove it:',
  ],
  'enc.prefix': [
    'ENCRYPTION_KEY begins with 0x.',
    'The key consists of the hex digits only.',
    'Remove the 0x:',
  ],
  'enc.base64': [
    'ENCRYPTION_KEY is base64 of the hex digits.',
    'It was encoded twice, as happens with Kubernetes secrets.',
    'Decode it once:',
  ],
  'enc.format': [
    'ENCRYPTION_KEY is malformed: {detail}.',
    'It must be 64 hex digits, or base64 of 32 bytes.',
    'Set it to the key that was used before; create a new one only if no upstream key is stored yet:',
  ],
  'enc.file': [
    'The key file {file} is not usable: {detail}.',
    'It was truncated or edited, or belongs to another user.',
    'Restore it from a backup:',
  ],
  'enc.mode': [
    'The key file {file} can be read by other users.',
    'Its mode was changed.',
    'Make it private again:',
  ],
  'enc.file-opens': [
    'ENCRYPTION_KEY (id {keyId}) cannot decrypt {rows} ({names}); the key file {file} (id {fileKeyId}) can.',
    'The keys were stored while ENCRYPTION_KEY was not set.',
    'Add the old key, re-encrypt with the current one, then remove the old one:',
  ],
  'enc.old': [
    '{rows} stored secrets ({names}) are still encrypted with an old key.',
    'ENCRYPTION_KEY was changed, and "encryption rotate" has not run since.',
    'Re-encrypt them; ENCRYPTION_KEYS_OLD can be unset afterwards:',
  ],
  'enc.lost': [
    'ENCRYPTION_KEY ({source}, id {keyId}) cannot decrypt {rows} upstream keys ({names}), which were encrypted with the key of id {sealedWith}.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'Start with the previous key, or set it in ENCRYPTION_KEYS_OLD and run "encryption rotate". If it is lost, enter each upstream key again:',
  ],
  'enc.totp': [
    'ENCRYPTION_KEY ({source}, id {keyId}) cannot decrypt the second factor of {names}, which was encrypted with the key of id {sealedWith}. This user cannot sign in with a password.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'Set the previous key in ENCRYPTION_KEYS_OLD and run "encryption rotate". If it is lost, a new link turns off the second factor:',
  ],
  'enc.data': [
    'ENCRYPTION_KEY ({source}, id {keyId}) cannot decrypt the data key of the stored {names}, which was encrypted with the key of id {sealedWith}. They can be neither read nor extended.',
    'ENCRYPTION_KEY was changed, or the store comes from another installation.',
    'If the previous key is lost, delete the rows of the tables stored_responses and data_keys. Otherwise set it in ENCRYPTION_KEYS_OLD and re-encrypt:',
  ],
  'enc.changed': [
    'ENCRYPTION_KEY has the id that {names} were encrypted with, but cannot decrypt them.',
    'The row or its base URL was changed in the database after the key was stored.',
    'Enter the upstream key again:',
  ],
} as const satisfies Record<string, Text>

/** Secrets of forms that people try, and that are no credentials here: each is refused by its name. */
import { expect, test } from 'bun:test'
import { readCredential } from './credential.ts'

test.each([
  ['{"type":"external_account","audience":"a"}', "'external_account') is not supported"],
  ['{"type":"impersonated_service_account"}', 'impersonation'],
  ['[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE', "AWS's profiles"],
  ['aws_access_key_id=AKIAIOSFODNN7EXAMPLE', "AWS's profiles"],
  ['profile:production', "AWS's profiles"],
  ['{"type":"authorized_user","client_secret":"s"}', "lacks 'client_id'"],
  ['{"Credentials":{"AccessKeyId":"ASIA1"}}', "lacks 'secretAccessKey'"],
  ['{"type":"service_account"}', "lacks 'client_email'"],
  ['{"private_key": broken', 'is none'],
  ['{"a":1}', 'neither a Google service account'],
])('a secret that is no credential is refused without repeating it: %s', (secret, reason) => {
  expect(() => readCredential(secret)).toThrow(reason)
  expect(() => readCredential(secret)).not.toThrow(secret)
})

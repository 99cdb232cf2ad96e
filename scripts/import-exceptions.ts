/** Imports that the import table of ARCHITECTURE.md does not allow, each with its reason. */

export const IMPORT_EXCEPTIONS: readonly { from: string; to: string; because: string }[] = [
  {
    from: 'src/config/values.ts',
    to: 'src/adapters/vault/encryption-key.ts',
    because: 'a pure reader of key texts that the key file shares',
  },
  {
    from: 'src/config/values.ts',
    to: 'src/limits/ip-address.ts',
    because: 'a pure reader of addresses, for TRUSTED_PROXIES',
  },
  {
    from: 'src/config/values.ts',
    to: 'src/upstreams/base-url.ts',
    because: 'the same rule for a base URL in a variable as on the command line',
  },
  {
    from: 'src/cli/chat.ts',
    to: 'src/protocols/sse.ts',
    because: 'a client of the gateway that reads its event streams',
  },
]

/** What the import table of ARCHITECTURE.md lets pass beside itself, each with its reason. */

export const IMPORT_EXCEPTIONS: readonly { from: string; to: string; because: string }[] = [
  {
    from: 'src/providers/provider.ts',
    to: 'src/upstreams/transport.ts',
    because: 'only the type of the request that a translation gives',
  },
  {
    from: 'src/http/error-response.ts',
    to: 'src/core/logger.ts',
    because: 'only the type of the logger that it is handed',
  },
  {
    from: 'src/providers/demo/transport.ts',
    to: 'src/providers/demo/models.ts',
    because: 'it answers for the demo models, whose words are those of a provider',
  },
  {
    from: 'src/config/values.ts',
    to: 'src/adapters/vault/encryption-key.ts',
    because: 'a pure reader of key texts that the key file shares',
  },
]

// @ts-check
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateEndpoints } from '@rtk-query/codegen-openapi';

/**
 * The files that follow from the contract: the client, and the operations that need the shopper's token.
 *
 * @returns {Promise<Record<string, string>>} source by path
 */
export async function generateApi() {
  /** @type {Set<string>} */
  const secured = new Set();
  const client = await generateEndpoints({
    schemaFile: '../api/openapi.yaml',
    apiFile: './client.ts',
    apiImport: 'api',
    exportName: 'bookstore',
    hooks: true,
    tag: true,
    filterEndpoints(name, { operation }) {
      if (operation.security?.length) secured.add(name);
      return true;
    },
  });
  const names = [...secured].map((name) => `  '${name}',\n`).join('');
  return {
    'src/api/generated.ts': client ?? '',
    'src/api/secured.ts': `/** Operations with \`security\` in the contract. Written by \`npm run api\`. */\nexport const SECURED_OPERATIONS: ReadonlySet<string> = new Set([\n${names}]);\n`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, source] of Object.entries(await generateApi())) writeFileSync(path, source);
}

// @ts-check
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import SwaggerParser from '@apidevtools/swagger-parser';
import { generateEndpoints } from '@rtk-query/codegen-openapi';

const CONTRACT = '../api/openapi.yaml';

/** Tags of operations that the storefront does not call. They would only make its first chunk larger. */
const NOT_CALLED = ['pages', 'health'];

/** @typedef {{operationId: string, tags?: string[], security?: object[], responses: Record<string, any>}} Operation */

/** @param {{tags?: string[]}} operation */
function isCalled({ tags = [] }) {
  return !tags.some((tag) => NOT_CALLED.includes(tag));
}

/** @returns {Promise<Operation[]>} */
async function operations() {
  const { paths = {} } = await SwaggerParser.dereference(CONTRACT);
  return Object.values(paths).flatMap((path) =>
    Object.values(path ?? {}).filter((operation) => operation?.operationId && isCalled(operation)),
  );
}

/**
 * Required properties of a successful response. @param {Operation} operation
 * @returns {string[]}
 */
function required({ responses }) {
  const success = Object.keys(responses).find((status) => status.startsWith('2')) ?? '';
  return responses[success]?.content?.['application/json']?.schema?.required ?? [];
}

/** @param {Operation[]} all */
function contractSource(all) {
  const rules = all.map(
    (operation) =>
      `  ${operation.operationId}: { secured: ${Boolean(operation.security?.length)}, required: [${required(
        operation,
      )
        .map((name) => `'${name}'`)
        .join(', ')}] },\n`,
  );
  return `export interface OperationRules {
  /** The operation has \`security\` in the contract. */
  secured: boolean;
  /** Properties that a successful response must have. */
  required: string[];
}

/** Rules of the contract by operation. Written by \`npm run api\`. */
export const OPERATIONS: Record<string, OperationRules | undefined> = {
${rules.join('')}};
`;
}

/**
 * The files that follow from the contract: the client, and the rules of each operation.
 *
 * @returns {Promise<Record<string, string>>} source by path
 */
export async function generateApi() {
  const client = await generateEndpoints({
    schemaFile: CONTRACT,
    apiFile: './client.ts',
    apiImport: 'api',
    exportName: 'bookstore',
    hooks: false, // endpoints.ts exports those that are used
    tag: true,
    filterEndpoints: (_name, { operation }) => isCalled(operation),
  });
  return {
    'src/api/generated.ts': client ?? '',
    'src/api/operations.ts': contractSource(await operations()),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, source] of Object.entries(await generateApi())) writeFileSync(path, source);
}

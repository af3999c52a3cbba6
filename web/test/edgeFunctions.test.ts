import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../../modules/storefront');

/**
 * Syntax of CloudFront's JavaScript runtime 2.0, as far as the functions use it: ECMAScript 5.1, `const` and `let`, arrow
 * functions and template literals. It has no destructuring, spread, classes, `for-of` or optional chaining.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
const SUPPORTED = new Set([
  'ArrayExpression',
  'ArrowFunctionExpression',
  'AssignmentExpression',
  'BinaryExpression',
  'BlockStatement',
  'CallExpression',
  'ConditionalExpression',
  'ExpressionStatement',
  'ForInStatement',
  'ForStatement',
  'FunctionDeclaration',
  'FunctionExpression',
  'Identifier',
  'IfStatement',
  'Literal',
  'LogicalExpression',
  'MemberExpression',
  'NewExpression',
  'ObjectExpression',
  'Program',
  'Property',
  'ReturnStatement',
  'TemplateElement',
  'TemplateLiteral',
  'ThrowStatement',
  'UnaryExpression',
  'UpdateExpression',
  'VariableDeclaration',
  'VariableDeclarator',
]);
const UNSUPPORTED_OPERATORS = new Set(['??', '??=', '||=', '&&=']);

interface Syntax {
  type: string;
  operator?: string;
  start: number;
  end: number;
}

/** What a function contains that CloudFront may refuse, each with its text. */
function unsupported(code: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { type, operator, start, end } = node as Partial<Syntax>;
    if (type && (!SUPPORTED.has(type) || UNSUPPORTED_OPERATORS.has(operator ?? '')))
      found.push(`${type}: ${code.slice(start, end)}`);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code).body);
  return found;
}

const functions = readdirSync(FOLDER).filter((file) => file.endsWith('.js'));

it.each(functions)('%s has only syntax that CloudFront Functions support', (file) => {
  expect(unsupported(readFileSync(path.join(FOLDER, file), 'utf8'))).toEqual([]);
});

it('functions are found, and unsupported syntax in them', () => {
  expect(functions).toContain('route.js');
  expect(unsupported('function of({ headers }) { return headers; }')).toEqual(['ObjectPattern: { headers }']);
  expect(unsupported('a?.b')).not.toEqual([]);
  expect(unsupported('[...a]')).not.toEqual([]);
});

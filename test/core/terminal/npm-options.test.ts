import { Command, Option } from 'commander';
import { rejectOptionsOfNpm } from '../../../core/terminal/npm-options.ts';

/** The error of `npm run query`, where npm passes these words on; undefined where it goes on. */
function errorFor(...args: string[]): string | undefined {
  const command = new Command('query')
    .argument('[sql]')
    .addOption(new Option('--format <format>').choices(['csv', 'json']))
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  try {
    rejectOptionsOfNpm(command, 'query', { env: { npm_lifecycle_event: 'query' }, args });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('A value without its option, which npm took,', () => {
  it.each([
    ['before', ['csv', 'SELECT 1']],
    ['behind', ['SELECT 1', 'csv']],
  ])('is noticed %s the query', (_, args) => {
    expect(errorFor(...args)).toBe(
      'error: npm passes options on only behind --: npm run query -- --help',
    );
  });

  it('is no word of a query without quotation marks', () => {
    expect(errorFor('SELECT', 'status', 'FROM', 'runs')).toBeUndefined();
  });
});

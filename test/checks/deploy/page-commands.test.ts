import { commandsOf, fillIn } from '../../../checks/deploy/page-commands.ts';

const page = `# A page

First \`npx tributary runs\`, then \`streamShards\` and \`aws sts get-caller-identity\`.

1. A block within a list:

   \`\`\`sh
   npm ci                    # Not checked: it takes long
   put() {
     echo "$1"

     echo done
   }

   put client-id             # a comment
   aws s3 ls \\
     --recursive             # Not checked: it has no bucket
   \`\`\`

   \`\`\`sql
   SELECT 1
   \`\`\`

<!-- Not checked: a test computes each -->
| \`npx tributary cost\` | 1 |
| \`npx tributary cost --stage prod\` | 2 |

\`aws s3 ls s3://<bucket>\`

\`\`\`sh
npx tributary runs
\`\`\`
`;

describe('The commands of a page', () => {
  it('are those of its sh blocks and of its sentences, in its order, with what they are marked with', () => {
    const found = commandsOf(page).map(({ line, text, notChecked }) => [line, text, notChecked]);
    expect(found).toEqual([
      [3, 'aws sts get-caller-identity', undefined],
      [8, 'npm ci', 'it takes long'],
      [9, 'put() {\n     echo "$1"\n\n     echo done\n   }', undefined],
      [15, 'put client-id             # a comment', undefined],
      [16, 'aws s3 ls \\\n     --recursive', 'it has no bucket'],
      [25, 'npx tributary cost', 'a test computes each'],
      [26, 'npx tributary cost --stage prod', 'a test computes each'],
      [28, 'aws s3 ls s3://<bucket>', undefined],
      [31, 'npx tributary runs', undefined],
    ]);
  });

  it('end with a block that has an incomplete one', () => {
    expect(() => commandsOf('```sh\nfor a in b; do\n```')).toThrow(
      'No complete command: for a in b',
    );
  });
});

describe('A placeholder', () => {
  it('is filled wherever it stands', () => {
    const values = { '<run_id>': 'first-run', '1f0c2a7b': 'abc' };
    expect(fillIn('runs <run_id> 1f0c2a7b <run_id>', values)).toBe('runs first-run abc first-run');
  });

  it('without a value is an error', () => {
    expect(() => fillIn('runs <run_id>', {})).toThrow('No value for <run_id> of: runs <run_id>');
  });
});

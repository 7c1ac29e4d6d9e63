import validate from 'asl-validator';
import { LONGEST_RUN_MS } from '../../core/lake/raw-album.ts';
import {
  allStates,
  type Definition,
  readDefinition,
  readFunctions,
  type State,
} from './definition.ts';
import {
  CONTINUATIONS,
  catchProblems,
  dialectProblems,
  functionProblems,
  taskProblems,
} from './rules.ts';

const definition = readDefinition();
const functions = readFunctions();
const states = new Map([...allStates(definition.States)].map(({ name, state }) => [name, state]));

/** The definition with one thing spoilt. */
function spoilt(change: (state: (name: string) => State, definition: Definition) => void) {
  const copy = structuredClone(definition);
  const within = new Map([...allStates(copy.States)].map(({ name, state }) => [name, state]));
  change((name) => within.get(name) as State, copy);
  return copy;
}

describe('The definition of ingest-new-releases', () => {
  it('is valid for asl-validator', () => {
    const { isValid, errorsText } = validate(structuredClone(definition) as never);
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  it('ends a run as late as albums of a refresh age ago may have been stored', () => {
    expect(definition.TimeoutSeconds).toBe(LONGEST_RUN_MS / 1_000);
  });

  it('holds every state that the design names', () => {
    const named = [
      'FetchToken',
      'ListNewReleases',
      'WaitForRateLimit',
      'PlanAlbums',
      'FetchAlbumTracks',
      'SealRawBatch',
      'TransformBatch',
      'StartCrawler',
      'WaitForCrawler',
      'IsCrawlDone',
      'RecordRun',
      'NotifyFailure',
      'IngestFailed',
    ];
    expect([...states.keys()]).toEqual(expect.arrayContaining(named));
    expect(states.size).toBeGreaterThan(20);
  });

  it('is JSONPath alone, without what the local stage would silently ignore', () => {
    expect(dialectProblems(definition)).toEqual([]);
  });

  it('gives every task a timeout, named retries with a cap and full jitter, and a catch', () => {
    expect(taskProblems(definition)).toEqual([]);
  });

  it('ends every caught error in a Fail, or goes on and says what is missing', () => {
    expect(catchProblems(definition)).toEqual([]);
    const used = new Set(
      [...states.values()].flatMap((s) => s.Catch?.map(({ Next }) => Next) ?? []),
    );
    expect([...CONTINUATIONS].filter((name) => !used.has(name))).toEqual([]);
  });

  it('fetches the groups of albums one after another, so that they share one account', () => {
    expect(states.get('FetchAllAlbumTracks')).toMatchObject({ Type: 'Map', MaxConcurrency: 1 });
  });

  it('calls functions that exist and end before the state, and the state before the machine', () => {
    expect(functionProblems(definition, functions)).toEqual([]);
    const called = new Set([...states.values()].map((s) => s.Resource?.split(':').at(-1)));
    const batch = ['fetchToken', 'listNewReleases', 'planAlbums', 'fetchAlbumTracks'];
    const rest = ['sealRawBatch', 'transformBatch', 'runCrawler', 'recordRun'];
    expect([...called]).toEqual(expect.arrayContaining([...batch, ...rest]));
  });

  it('waits as long as Spotify asked for, and not a time of its own', () => {
    expect(states.get('WaitForRateLimit')?.SecondsPath).toBe('$.listing.waitSeconds');
    expect(states.get('WaitForAlbums')?.SecondsPath).toBe('$.fetched.waitSeconds');
    expect(states.get('WaitForToken')?.SecondsPath).toBe('$.token.waitSeconds');
  });
});

describe('The rules', () => {
  type Change = Parameters<typeof spoilt>[0];

  it.each<[string, Change]>([
    [
      'JSONata for the machine',
      (_, all) => {
        all.QueryLanguage = 'JSONata';
      },
    ],
    [
      'JSONata for a state',
      (state) => {
        state('PlanAlbums').QueryLanguage = 'JSONata';
      },
    ],
    [
      'a JSONata expression',
      (state) => {
        state('PlanAlbums').Parameters = { x: '{% $states.input %}' };
      },
    ],
    [
      'an assignment',
      (state) => {
        state('PlanAlbums').Assign = { 'x.$': '$.x' };
      },
    ],
    [
      'a variable',
      (state) => {
        state('PlanAlbums').Parameters = { 'x.$': '$token' };
      },
    ],
    [
      'a variable within a function',
      (state) => {
        state('PlanAlbums').Parameters = { 'x.$': "States.Format('{}', $x)" };
      },
    ],
    [
      'a Distributed Map',
      (state) => {
        state('FetchAlbumTracks').ItemProcessor = {
          ProcessorConfig: { Mode: 'DISTRIBUTED' },
        } as never;
      },
    ],
    [
      'an ItemReader',
      (state) => {
        state('FetchAlbumTracks').ItemReader = {};
      },
    ],
    [
      'an ItemBatcher',
      (state) => {
        state('FetchAlbumTracks').ItemBatcher = {};
      },
    ],
    [
      'a ResultWriter',
      (state) => {
        state('FetchAlbumTracks').ResultWriter = {};
      },
    ],
  ])('reject %s', (_, change) => {
    expect(dialectProblems(spoilt(change))).toHaveLength(1);
  });

  it.each<[string, Change]>([
    [
      'no timeout',
      (state) => {
        delete state('RecordRun').TimeoutSeconds;
      },
    ],
    [
      'no retry',
      (state) => {
        delete state('FetchAlbumTracks').Retry;
      },
    ],
    [
      'a retry of everything',
      (state) => {
        state('PlanAlbums').Retry = [
          { ErrorEquals: ['States.ALL'], MaxDelaySeconds: 9, JitterStrategy: 'FULL' },
        ];
      },
    ],
    [
      'a retry of what is permanent',
      (state) => {
        state('PlanAlbums').Retry = [
          { ErrorEquals: ['InvalidCredentials'], MaxDelaySeconds: 9, JitterStrategy: 'FULL' },
        ];
      },
    ],
    [
      'a retry without a cap',
      (state) => {
        state('PlanAlbums').Retry = [
          { ErrorEquals: ['ServiceUnavailable'], JitterStrategy: 'FULL' },
        ];
      },
    ],
    [
      'a retry without jitter',
      (state) => {
        state('PlanAlbums').Retry = [{ ErrorEquals: ['ServiceUnavailable'], MaxDelaySeconds: 9 }];
      },
    ],
    [
      'a retry of an error that nothing raises',
      (state) => {
        state('PlanAlbums').Retry = [
          { ErrorEquals: ['ServiceUnavailible'], MaxDelaySeconds: 9, JitterStrategy: 'FULL' },
        ];
      },
    ],
    [
      'a catch of an error that nothing raises',
      (state) => {
        state('FetchAlbumTracks').Catch?.push({ ErrorEquals: ['Quota'], Next: 'SealRawBatch' });
      },
    ],
    [
      'a catch of some errors only',
      (state) => {
        state('ListNewReleases').Catch = [
          { ErrorEquals: ['ServiceUnavailable'], Next: 'PlanAlbums' },
        ];
      },
    ],
    [
      'no catch',
      (state) => {
        delete state('NotifyFailure').Catch;
      },
    ],
  ])('reject a task with %s', (_, change) => {
    expect(taskProblems(spoilt(change))).toHaveLength(1);
  });

  it.each<[string, Change]>([
    [
      'succeeds',
      (state) => {
        state('TransformBatch').Catch = [
          { ErrorEquals: ['States.ALL'], Next: 'RunRecorded', ResultPath: '$.e' },
        ];
      },
    ],
    [
      'goes on as if nothing had been',
      (state) => {
        state('TransformBatch').Catch = [
          { ErrorEquals: ['States.ALL'], Next: 'StartCrawler', ResultPath: '$.e' },
        ];
      },
    ],
    [
      'may end well by one of two ways',
      (state) => {
        state('TransformBatch').Catch = [
          { ErrorEquals: ['States.ALL'], Next: 'IsCrawlDone', ResultPath: '$.e' },
        ];
      },
    ],
    [
      'ends nowhere',
      (state) => {
        state('TransformBatch').Catch = [
          { ErrorEquals: ['States.ALL'], Next: 'Nowhere', ResultPath: '$.e' },
        ];
      },
    ],
    [
      'loses the state',
      (state) => {
        state('TransformBatch').Catch = [{ ErrorEquals: ['States.ALL'], Next: 'RecordFailure' }];
      },
    ],
  ])('reject a caught error that %s', (_, change) => {
    expect(catchProblems(spoilt(change))).toHaveLength(1);
  });

  it('reject a Fail without a cause, which every failure ends in', () => {
    const problems = catchProblems(
      spoilt((state) => {
        delete state('IngestFailed').CausePath;
      }),
    );
    expect(problems.length).toBeGreaterThan(5);
  });

  it.each<[string, Change]>([
    [
      'a function that is not there',
      (state) => {
        state('PlanAlbums').Resource = 'arn:aws:lambda:us-east-1:0:function:planAlbum';
      },
    ],
    [
      'a state that ends with its function',
      (state) => {
        state('PlanAlbums').TimeoutSeconds = functions.get('planAlbums')?.timeout ?? 0;
      },
    ],
    [
      'a state that outlasts the machine',
      (state, all) => {
        state('NotifyFailure').TimeoutSeconds = all.TimeoutSeconds ?? 0;
      },
    ],
  ])('reject %s', (_, change) => {
    expect(functionProblems(spoilt(change), functions)).toHaveLength(1);
  });
});

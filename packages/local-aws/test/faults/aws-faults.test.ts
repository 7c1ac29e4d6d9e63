import { createAwsFaultInjector } from '../../src/faults/aws-fault-injector.ts';
import { AWS_FAULT_KINDS, awsFaultPlan, randomAwsFaultPlan } from '../../src/faults/aws-faults.ts';

const get = { service: 's3', action: 'GetObject', functionName: 'shop-dev-plan' } as const;
const put = { ...get, action: 'PutObject' };

describe('A plan of faults of AWS', () => {
  it('is the same for the same seed, and valid for each', () => {
    const functions = ['plan', 'load'];
    const kinds = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) {
      const plan = randomAwsFaultPlan(seed, functions);
      expect(plan).toEqual(randomAwsFaultPlan(seed, functions));
      expect(awsFaultPlan.parse(plan)).toEqual(plan);
      for (const { kind } of plan.faults) kinds.add(kind);
    }
    expect([...kinds].sort()).toEqual([...AWS_FAULT_KINDS].sort());
  });

  it('strikes from the call on that it names, as often as it says', () => {
    const { gateway, struck } = createAwsFaultInjector({
      seed: 0,
      faults: [{ kind: 'throttled', service: 's3', action: 'PutObject', at: 1, times: 2 }],
    });
    const calls = [get, put, put, get, put, put].map((call) => gateway.strike(call)?.kind);
    expect(calls).toEqual([undefined, undefined, 'error', undefined, 'error', undefined]);
    expect(struck).toEqual({ throttled: 2 });
  });

  it('is of one function where it says so', () => {
    const { gateway } = createAwsFaultInjector({
      seed: 0,
      faults: [{ kind: 'no-response', service: 's3', function: 'load', at: 0, times: 9 }],
    });
    expect(gateway.strike(get)).toBeUndefined();
    expect(gateway.strike({ ...get, functionName: 'shop-dev-load' })).toEqual({
      kind: 'no-response',
    });
  });

  it('counts writes alone for an environment that ends between two of them', () => {
    const { gateway } = createAwsFaultInjector({
      seed: 0,
      faults: [{ kind: 'killed-at-call', counts: 'writes', effect: 'done', at: 1, times: 1 }],
    });
    expect([put, get, get, put, put].map((call) => gateway.strike(call)?.kind)).toEqual([
      undefined,
      undefined,
      undefined,
      'kill',
      undefined,
    ]);
  });

  it('lets crawls fail, or run on for a while', () => {
    let clock = 0;
    const { crawls } = createAwsFaultInjector(
      {
        seed: 0,
        faults: [
          { kind: 'crawl-failed', at: 0, times: 1 },
          { kind: 'crawl-stuck', at: 1, times: 1, ms: 100 },
        ],
      },
      () => clock,
    );
    expect([crawls.fails(), crawls.isStuck()]).toEqual([true, false]);
    expect([crawls.fails(), crawls.isStuck()]).toEqual([false, true]);
    clock = 100;
    expect([crawls.fails(), crawls.isStuck()]).toEqual([false, false]);
  });

  it('ends, or begins anew, when another is set', () => {
    const injector = createAwsFaultInjector();
    expect(injector.lambda.rejects?.('f')).toBeUndefined();
    const fault = { kind: 'lambda-error', error: 'Lambda.Unknown', at: 0, times: 1 } as const;
    injector.setPlan({ seed: 0, faults: [fault] });
    expect(injector.lambda.rejects?.('f')).toMatchObject({ name: 'Lambda.Unknown' });
    expect(injector.struck).toEqual({ 'lambda-error': 1 });
    injector.setPlan(undefined);
    expect(injector.struck).toEqual({});
    expect(injector.lambda.rejects?.('f')).toBeUndefined();
  });
});

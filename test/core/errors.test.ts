import * as errors from '../../core/errors.ts';

const { TributaryError, ...classes } = errors;
type ErrorClass = new (message: string, ...rest: never[]) => errors.TributaryError;

describe.each(Object.entries(classes as unknown as Record<string, ErrorClass>))(
  '%s',
  (name, Each) => {
    const cause = new Error('why');
    const error =
      name === 'RateLimited'
        ? new errors.RateLimited('what', 3, { cause })
        : new Each('what', ...([{ cause }] as never[]));

    it('bears its own name on the object, which no minifier mangles', () => {
      expect(Object.getOwnPropertyDescriptor(error, 'name')?.value).toBe(name);
    });

    it('is a TributaryError, with its message, its cause, and whether it is transient', () => {
      expect(error).toBeInstanceOf(TributaryError);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ message: 'what', cause, transient: expect.any(Boolean) });
    });
  },
);

it('A rate limit says how many seconds to wait', () => {
  expect(new errors.RateLimited('', 3).retryAfterSeconds).toBe(3);
});

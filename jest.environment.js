import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { compileFunction, SourceTextModule } = vm;

/**
 * V8 keeps what it compiled for the next code of the same text. That never is code that may call import(), but
 * it holds on to the function that serves the call, and so to all that a test file ever loaded or made: some
 * 4 MB each, which every collection of garbage in the same process went through.
 */
function compileForOnce(compile) {
  setFlagsFromString('--no-compilation-cache');
  try {
    return compile();
  } finally {
    setFlagsFromString('--compilation-cache');
  }
}

vm.SourceTextModule = new Proxy(SourceTextModule, {
  construct: (Module, args) => compileForOnce(() => new Module(...args)),
});

/**
 * V8 keeps what it compiled of a script, but not of a function with parameters, nor of a script with a callback
 * for import(). Each test file compiles the same packages again, a twentieth of all CPU.
 */
vm.compileFunction = (code, parameters, options) => {
  const { filename, parsingContext } = options;
  if (/\bimport\s*\(/.test(code)) {
    return compileForOnce(() => compileFunction(code, parameters, options));
  }
  const head = `(function (${parameters}) {`;
  const script = new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length });
  return script.runInContext(parsingContext);
};

/**
 * Jest's environment for Node, but with the global object of a program. Jest's own is a Proxy behind an
 * interceptor of V8: each mention of `Buffer` or `JSON`, in a test and in what it tests, passes both. That
 * took 15 % of the CPU of test/core and test/functions.
 */
export default class PlainGlobals extends TestEnvironment {
  constructor(...args) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...args);
    } finally {
      vm.createContext = createContext;
    }
  }

  /**
   * Without Jest's look-up of a source map for each frame of a stack: there is none, since types become spaces.
   * Playwright reads a stack for each of its calls.
   */
  async setup() {
    await super.setup();
    Error.prepareStackTrace = undefined;
  }
}

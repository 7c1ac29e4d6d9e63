import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

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
}

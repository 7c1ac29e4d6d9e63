import { types } from 'node:util';

/**
 * Each test file has an `Error` of its own, of which the errors of Node's sockets and files are no
 * instances: the AWS SDK then replaces a broken connection's error by one without a code, which nobody
 * may retry. In the programs themselves there is one `Error`.
 */
const isInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(candidate) {
    return this === Error ? types.isNativeError(candidate) : isInstance.call(this, candidate);
  },
});

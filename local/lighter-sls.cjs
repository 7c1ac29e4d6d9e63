// Loaded into sls ahead of it: it makes the same package with half of the CPU. Each part leaves out what has no
// effect on a package, and nothing of it where a version of sls no longer has that.
const { createHash } = require('node:crypto');
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

const { _load: load } = Module;
const { _compile: compile } = Module.prototype;

Module._load = (request, parent, isMain) => {
  const loaded = () => load(request, parent, isMain);
  if (request === 'json-cycle') return { ...loaded(), stringify };
  // Of asl-validator, which compiles its schemas for it. The first package of these sources has asked, and the
  // state machine is the same for each stage and setting.
  if (request.endsWith('/json-schema-errors') && process.env.TRIBUTARY_IS_BUNDLED) {
    return { jsonSchemaErrors: () => [] };
  }
  const isEffect = /^(effect|@effect\/platform(-node)?)$/.test(request);
  return isEffect && parent?.filename?.includes('serverless-esbuild')
    ? partsOf(loaded, (part) => load(`${request}/${part}`, parent, false))
    : loaded();
};

/** Of a package with many parts, those that are used: serverless-esbuild takes 4 of more than 200. */
const partsOf = (loadAll, loadPart) =>
  new Proxy(
    {},
    {
      get(_, part) {
        try {
          return loadPart(part);
        } catch {
          return loadAll()[part];
        }
      },
    },
  );

/** As json-cycle has it, which compares each object with all before it. */
function stringify(root, replacer, space) {
  const paths = new Map();
  const withoutCycles = (given, path) => {
    const value = typeof given?.toJSON === 'function' ? given.toJSON() : given;
    if (typeof value !== 'object' || value === null) return value;
    const $ref = paths.get(value);
    if ($ref !== undefined) return { $ref };
    paths.set(value, path);
    if (Array.isArray(value)) return value.map((each, i) => withoutCycles(each, `${path}[${i}]`));
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        withoutCycles(each, `${path}[${JSON.stringify(name)}]`),
      ]),
    );
  };
  return JSON.stringify(withoutCycles(root, '$'), replacer, space);
}

/**
 * The schema of serverless.yml compiles to one function of 8 MB. Node keeps what V8 compiles of a file before
 * its functions are called, and so nothing of this one.
 */
Module.prototype._compile = function (code, filename, ...rest) {
  const folder = process.env.NODE_COMPILE_CACHE;
  if (!folder || !filename.includes('[generated-ajv-validate]')) {
    return compile.call(this, code, filename, ...rest);
  }
  const kept = join(folder, `validator-${createHash('sha1').update(code).digest('hex')}`);
  const cachedData = readIfThere(kept);
  const script = new Script(`(function (exports, require, module) {${code}\n})`, {
    filename,
    cachedData,
  });
  script.runInThisContext()(this.exports, (id) => this.require(id), this);
  // It is called in the same turn.
  if (cachedData === undefined || script.cachedDataRejected) {
    setImmediate(() => keep(kept, script.createCachedData()));
  }
};

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function keep(file, data) {
  try {
    const written = `${file}.${process.pid}`;
    writeFileSync(written, data);
    renameSync(written, file);
  } catch {
    // A full disk, for example: the next one compiles it again.
  }
}

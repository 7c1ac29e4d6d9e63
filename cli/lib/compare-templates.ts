export interface Template {
  Resources: Record<string, { Type: string; Properties?: unknown }>;
}

/** These change with the code, not with a setting. */
const OF_CODE = /^AWS::Lambda::Version$/;
const CODE_PATHS = /\.(Code\.S3Key|Layers)$/;

/** Each value that is not the same, as `Resource.Property: deployed, expected`. */
export function differences(expected: Template, deployed: Template): string[] {
  const leaves = (template: Template) =>
    new Map(
      Object.entries(template.Resources ?? {})
        .filter(([, { Type }]) => !OF_CODE.test(Type))
        .flatMap(([id, { Properties }]) => [...leavesOf(Properties, id)])
        .filter(([path]) => !CODE_PATHS.test(path)),
    );
  const want = leaves(expected);
  const have = leaves(deployed);
  const paths = [...new Set([...want.keys(), ...have.keys()])].sort();
  return paths
    .filter((path) => want.get(path) !== have.get(path))
    .map(
      (path) =>
        `${path}: deployed ${have.get(path) ?? 'not at all'}, here ${want.get(path) ?? 'not at all'}`,
    );
}

function* leavesOf(value: unknown, path: string): Generator<[path: string, value: string]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, JSON.stringify(value) ?? 'nothing'];
    return;
  }
  for (const [key, each] of Object.entries(value)) yield* leavesOf(each, `${path}.${key}`);
}

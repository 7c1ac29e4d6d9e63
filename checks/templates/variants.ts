/** A deployment whose template is linted; `params` are `name=value` settings of serverless.yml. */
export interface Variant {
  stage: string;
  params: string[];
}

/** As long as `tributary-<stage>-sessions-international-<account>` may be: a bucket has 63 letters. */
export const LONG_STAGE = 'a'.repeat(17);

export const VARIANTS: readonly Variant[] = [
  { stage: 'dev', params: [] },
  { stage: 'prod', params: [] },
  { stage: 'dev', params: ['tracing=true'] },
  { stage: 'prod', params: ['tracing=true'] },
  { stage: 'dev', params: ['streaming=false'] },
  { stage: LONG_STAGE, params: [] },
];

/** `dev`, or `dev with tracing=true`. */
export const nameOf = ({ stage, params }: Variant): string =>
  params.length === 0 ? stage : `${stage} with ${params.join(', ')}`;

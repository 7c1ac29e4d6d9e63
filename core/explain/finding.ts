/** A step on the way from an id back to where it is from. */
export interface Finding {
  readonly what: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The item or event, as it was received. */
  readonly raw?: string;
  /** The run that this step is about, or a part of. */
  readonly runId?: string;
}

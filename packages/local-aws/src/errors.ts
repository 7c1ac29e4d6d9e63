/** The input is missing, unsupported or has the wrong form; the message says what to change. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
